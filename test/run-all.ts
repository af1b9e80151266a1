import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { buildConsole } from "../ui/build.ts";
import { findChromium } from "./browser/find-chromium.ts";
import { verify } from "./verify.ts";

/**
 * `npm test`: every check, then every test, quick ones first. All of it runs even when something fails early, so that
 * one run tells everything. The browser's journeys wait for a clock much of their time, so they are made beside the flows.
 * The last line is the sum, alone.
 */

const ROOT = resolve(import.meta.dirname, "..");
const REPORTS = resolve(ROOT, "test-output");

interface Sum {
  passed: number;
  failed: number;
}

async function vitest(...projects: string[]): Promise<Sum> {
  const report = resolve(REPORTS, `${projects.join("-")}.json`);
  rmSync(report, { force: true });
  const only = projects.flatMap((project) => ["--project", project]);
  const child = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", ...only, "--reporter=default", "--reporter=json", "--outputFile", report],
    { cwd: ROOT, stdio: "inherit" },
  );
  const status = await new Promise<number | null>((ended) => child.once("close", ended));
  return sumOf(report, status);
}

/** A run that ended badly counts as a failure even where no single test did: an unhandled error, a file that would not load, a crash. */
function sumOf(report: string, status: number | null): Sum {
  try {
    const told: { numPassedTests: number; numFailedTests: number } = JSON.parse(readFileSync(report, "utf8"));
    const failed = Math.max(told.numFailedTests, status === 0 ? 0 : 1);
    return { passed: told.numPassedTests, failed };
  } catch {
    console.error("The tests ended without a report.");
    return { passed: 0, failed: 1 };
  }
}

async function browser(): Promise<Sum> {
  try {
    findChromium();
    await buildConsole({ ifStale: true });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  }
  return vitest("browser");
}

// Dozens of servers are started: each finds compiled what the one before it compiled.
process.env.NODE_COMPILE_CACHE ??= resolve(ROOT, "node_modules/.cache/compiled");
mkdirSync(REPORTS, { recursive: true });
const checks = await verify(["check:house"]);
const sums: Sum[] = [
  { passed: checks.filter((check) => check.passed).length, failed: checks.filter((check) => !check.passed).length },
  await vitest("house", "unit"),
  ...(await Promise.all([vitest("flow", "collectors"), browser()])),
];
const passed = sums.reduce((total, sum) => total + sum.passed, 0);
const failed = sums.reduce((total, sum) => total + sum.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
