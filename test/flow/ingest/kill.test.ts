import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openClickHouse } from "../../../server/store/clickhouse.ts";
import { select } from "../../clickhouse.ts";
import { startIngestProcess } from "./ingest-process.ts";
import { runEvent } from "./tower.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tieout-kill-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ENOUGH = 300;

/** Fires events at an ingest process and kills it, without a word, as soon as enough were acknowledged. */
async function acknowledgedBeforeKill(input: "ignore" | "pipe" = "ignore"): Promise<string[]> {
  const child = startIngestProcess(directory, input);
  child.stdin?.write('{"event_id":"from standard input"}\n'.repeat(10));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const acknowledged: string[] = [];
  let sent = 0;
  let underWay = 0;
  child.on("message", (message: string) => {
    if (message !== "ready") acknowledged.push(message);
    if (acknowledged.length === ENOUGH) underWay = sent - acknowledged.length;
    if (acknowledged.length >= ENOUGH) return void child.kill("SIGKILL");
    if (sent - acknowledged.length > 150) return;
    const texts = Array.from({ length: 50 }, () => JSON.stringify(runEvent({ run: { runId: `k${sent++}` } })));
    child.send(texts, () => {});
  });
  await ended;
  expect(underWay).toBeGreaterThan(0);
  return acknowledged;
}

test("after kill -9 in the middle of ingest, every acknowledged event is there, and what is derived of it", async () => {
  const acknowledged = await acknowledgedBeforeKill();
  expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH);
  const clickhouse = await openClickHouse({ directory });
  const events = await select(clickhouse, "SELECT event_id, run_id FROM events FINAL");
  const runs = new Set((await select(clickhouse, "SELECT run_id FROM runs FINAL")).map(({ run_id: id }) => id));
  await clickhouse.close();
  const runOf = new Map(events.map(({ event_id: id, run_id: runId }) => [id, runId]));
  expect(acknowledged.filter((id) => !runOf.has(id))).toEqual([]);
  expect(acknowledged.filter((id) => !runs.has(runOf.get(id)))).toEqual([]);
});

test("what waits on standard input never gets into the store", async () => {
  await acknowledgedBeforeKill("pipe");
  const clickhouse = await openClickHouse({ directory });
  const strange = await select(clickhouse, "SELECT event_id FROM events WHERE length(event_id) != 64");
  await clickhouse.close();
  expect(strange).toEqual([]);
});
