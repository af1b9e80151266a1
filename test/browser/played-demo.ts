import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyFolder, keptFolder } from "../prepared-data.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { runClockUntil, stopClock } from "./demo-clock.ts";

/** Files whose change makes another demo. */
const MADE_OF = [
  "{server,sandbox,collectors,schemas}/**/*.{ts,sql}",
  "{estates,sandbox}/**/*.yaml",
  "test/browser/played-demo.ts",
  "package-lock.json",
];

/** Where the demo's clock stands: at the start of its close, or at the third work day, when DE01 does not tie. */
export type Scene = "begun" | "broken";

/** Seconds a second: as fast as collectors follow, and slower where they must see what the next hours hide. */
const FAST = 7_200;
const CLOSELY = 2_400;
const CLOSELY_FROM = new Date("2026-11-03T04:00:00Z");
/** Between the break's coming to light, in the afternoon of work day 2, and its end in the morning of day 3. */
const BREAK_SEEN = new Date("2026-11-03T18:00:00Z");
const BREAK_ENDS = new Date("2026-11-04T09:00:00Z");
const HALF_HOUR = 1_800_000;
/** Milliseconds collectors and rules get to come to rest, before the clock is let on. */
const REST = 10_000;
const BREAK = "22231.55";
const CAUSE = "Unmapped cost centre 7710";

/** A data folder of the demo as it stands in a scene, its clock stopped; played once and copied. The caller removes it. */
export async function copyPlayedDemo(scene: Scene): Promise<string> {
  const played = await keptFolder(`demo-${scene}`, MADE_OF, scene === "begun" ? begin : breakDown);
  const copy = join(await mkdtemp(join(tmpdir(), "tieout-demo-")), "data");
  copyFolder(played, copy);
  return copy;
}

async function begin(data: string): Promise<void> {
  const server = await startServer({ sandbox: true, data });
  await stopClock(server);
  await server.stop();
}

async function breakDown(data: string): Promise<void> {
  const begun = await copyPlayedDemo("begun");
  const server = await startServer({ sandbox: true, data: begun });
  await runClockUntil(server, CLOSELY_FROM, FAST);
  let until = BREAK_SEEN;
  await runClockUntil(server, until, CLOSELY);
  while (!(await isBroken(server))) {
    until = new Date(until.getTime() + HALF_HOUR);
    if (until > BREAK_ENDS) throw new Error(`DE01 was not seen to be off by ${BREAK} before its repair.`);
    await runClockUntil(server, until, CLOSELY);
  }
  await server.stop();
  copyFolder(`${begun}/.`, data);
  await rm(begun, { recursive: true, force: true });
}

/** Whether the break and its cause stand within the time collectors and rules need to come to rest. */
async function isBroken(server: ServerProcess): Promise<boolean> {
  const deadline = performance.now() + REST;
  while (performance.now() < deadline) {
    const open = tells(server, "/api/v1/breaks?period=2026-10&entity=DE01&state=open", BREAK);
    if ((await open) && (await tells(server, "/api/v1/incidents", CAUSE))) return true;
    await sleep(500);
  }
  return false;
}

async function tells(server: ServerProcess, path: string, text: string): Promise<boolean> {
  return (await (await server.ask(path)).text()).includes(text);
}
