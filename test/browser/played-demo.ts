import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyFolder, keptFolder } from "../prepared-data.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { runClock, stopClock } from "./demo-clock.ts";

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
const CLOSELY_FROM = "2026-11-03T04:00:00.000Z";
const BREAK = "22231.55";
const CAUSE = "Unmapped cost centre 7710";
/** Minutes on an idle machine: two. */
const BROKEN_WITHIN = 600_000;

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
  await runClock(server, FAST);
  await until(server, "/api/v1/clock", (clock) => (clock as { now: string }).now >= CLOSELY_FROM);
  await runClock(server, CLOSELY);
  await until(server, "/api/v1/breaks?period=2026-10&entity=DE01", (breaks) => tells(breaks, BREAK));
  await until(server, "/api/v1/incidents", (incidents) => tells(incidents, CAUSE));
  await stopClock(server);
  await server.stop();
  copyFolder(`${begun}/.`, data);
  await rm(begun, { recursive: true, force: true });
}

const tells = (answer: unknown, text: string) => JSON.stringify(answer).includes(text);

async function until(server: ServerProcess, path: string, holds: (answer: unknown) => boolean): Promise<void> {
  const deadline = performance.now() + BROKEN_WITHIN;
  while (performance.now() < deadline) {
    if (holds(await (await server.ask(path)).json())) return;
    await sleep(500);
  }
  throw new Error(`The demo's close did not come to what was waited for: ${path}`);
}
