import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, expect, test } from "vitest";
import { SANDBOXES } from "../collectors/sandboxes.ts";
import { meridian, october } from "../test/unit/meridian-world.ts";
import { startSandbox, type StartedSandbox } from "./start-sandbox.ts";

const folders: string[] = [];
const started: StartedSandbox[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function freshFolder() {
  const folder = mkdtempSync(join(tmpdir(), "tieout-sandbox-"));
  folders.push(folder);
  return folder;
}

async function start(dataDirectory: string) {
  const sandbox = await startSandbox({ estate: meridian, dataDirectory, log: pino({ level: "silent" }) });
  started.push(sandbox);
  return sandbox;
}

test("a first start stands at the beginning of history, until it is stepped through and begun", async () => {
  const sandbox = await start(freshFolder());
  expect(sandbox.clock.state()).toMatchObject({ at: Date.parse(october.from), paused: true, speed: 1440 });
  expect(sandbox.historyUntil).toEqual(new Date(october.startsAt));
  sandbox.drive.stepTo(sandbox.historyUntil!);
  expect(sandbox.world.runs("s4").length).toBeGreaterThan(800);
  sandbox.begin();
  expect(sandbox.clock.state().paused).toBe(false);
});

test("every system with a sandbox answers on an address of its own", async () => {
  const sandbox = await start(freshFolder());
  const played = meridian.systems.filter(({ collector }) => SANDBOXES.some((each) => each.collector === collector));
  expect(Object.keys(sandbox.systems)).toEqual(played.map(({ id }) => id));
  for (const system of played) {
    const { connection } = sandbox.systems[system.id]!;
    expect(Object.keys(connection)).toEqual(expect.arrayContaining(Object.keys(system.connection)));
    const address = Object.values(connection).find((value) => value.startsWith("http://127.0.0.1:"))!;
    expect((await fetch(`${address}/nothing-here`)).status).toBeGreaterThanOrEqual(400);
  }
});

test("started again it goes on where it stood, paused if it was paused, with what was done to it", async () => {
  const folder = freshFolder();
  const first = await start(folder);
  first.drive.stepTo(new Date("2026-11-03T19:30:00Z"));
  first.begin();
  first.drive.pause();
  first.drive.setSpeed(600);
  const run = first.world.start("s4", "FI_GL_ACTUALS_EXTRACT US02", { idempotencyKey: "request-1" });
  const stood = first.clock.state();
  await started.pop()!.stop();

  const second = await start(folder);
  second.begin();
  expect(second.clock.state()).toEqual({ ...stood, paused: true });
  expect(second.historyUntil).toBeNull();
  expect(second.world.run("s4", run.key)).toEqual(run);
});

test("a play of another scenario is not gone on with", async () => {
  const folder = freshFolder();
  await start(folder);
  await started.pop()!.stop();
  const file = join(folder, "sandbox.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"scenario":"\w+"/, '"scenario":"0123456789abcdef"'));
  await expect(start(folder)).rejects.toThrow(/another scenario/);
  writeFileSync(file, "{");
  await expect(start(folder)).rejects.toThrow(/cannot be read/);
});
