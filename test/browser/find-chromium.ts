import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const APT = "/usr/bin/apt-get";
const PLACES = [
  "/usr/bin/chromium",
  "/usr/lib/chromium/chromium",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * The path of a Chromium to drive: `CHROMIUM_PATH`, then the usual names and places; on Debian as root it is installed
 * when absent. Throws with what to do where none can be had.
 */
export function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (executable(named)) return named;
    throw new Error(`CHROMIUM_PATH is "${named}", which cannot be run. Point it at a Chromium or Chrome executable.`);
  }
  const found = look();
  if (found) return found;
  if (mayInstall()) {
    console.log("No Chromium found; installing Debian's package.");
    const installed = install();
    if (installed) return installed;
  }
  throw new Error(
    "The browser tests need a Chromium or Chrome. On Debian or Ubuntu: `sudo apt-get install chromium`. " +
      "Elsewhere install Chrome, or set CHROMIUM_PATH to the executable of one you have, and run the tests again.",
  );
}

function look(): string | null {
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find(executable) ?? null;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && executable(APT);
}

function install(): string | null {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const step of [
    ["update", "-q"],
    ["install", "-y", "-q", "--no-install-recommends", "chromium"],
  ]) {
    const ran = spawnSync(APT, step, { env, encoding: "utf8" });
    if (ran.status !== 0) {
      console.error(`apt-get ${step.join(" ")} failed:\n${ran.stderr}`);
      return null;
    }
  }
  return look();
}
