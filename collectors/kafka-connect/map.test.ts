import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  batchEvents,
  batchKey,
  connectorOf,
  nextSession,
  sessionEvents,
  sessionKey,
  standingOf,
  type Session,
  type Standing,
} from "./map.ts";
import { Settings } from "./settings.ts";
import { Batch, Connectors, Offsets, type ConnectorStatus } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const { status } = Connectors.parse(fixture("connectors.json"))["gl-jdbc-sink"]!;
const settings = Settings.parse({
  connectors: [
    { name: "gl-jdbc-sink", dataset: "gl", ledger: "0L", entities: ["DE01"], openPeriods: 1 },
    { name: "gl-source", dataset: "fin.gl.v1", batches: true },
  ],
});
const mapping = { namespace: "kafka-connect://example", settings };
const at = (minute: number) => new Date(Date.UTC(2026, 7, 1, 2, minute)).toISOString();
const standing = (connector: string, ...tasks: string[]): Standing =>
  standingOf(
    { connector: { state: connector }, tasks: tasks.map((state, id) => ({ id, state })) } as ConnectorStatus,
    settings,
  );

/** How a connector looked at each minute, as sessions. */
function watched(...seen: [minute: number, standing: Standing | null][]): (Session | null)[] {
  let before: Session | undefined;
  return seen.map(([minute, now]) => {
    const session = nextSession(before, now, at(minute), settings);
    before = session ?? undefined;
    return session;
  });
}
const last = (session: Session | null | undefined) => sessionEvents("gl-jdbc-sink", session!, mapping).at(-1);

describe("a connector stands as the worst of it", () => {
  test.each([
    ["RUNNING", ["RUNNING", "RUNNING"], "running", "RUNNING"],
    ["RUNNING", ["RUNNING", "FAILED"], "failed", "FAILED"],
    ["RUNNING", ["RUNNING", "UNASSIGNED"], "running", "UNASSIGNED"],
    ["RESTARTING", [], "running", "RESTARTING"],
    ["PAUSED", ["PAUSED"], "paused", "PAUSED"],
    ["FAILED", [], "failed", "FAILED"],
    ["STOPPED", [], "aborted", "STOPPED"],
    ["DEGRADED", ["RUNNING"], "failed", "DEGRADED"],
    ["SULKING", [], null, "SULKING"],
  ])("%s with tasks %j", (connector, tasks, state, word) => {
    expect(standing(connector, ...tasks)).toMatchObject({ state, word });
  });

  test("a task's trace is told by its cause", () => {
    expect(standingOf(status, settings).traces).toEqual([
      "Task 1: org.apache.kafka.connect.errors.DataException: Value schema must be of type struct",
    ]);
  });
});

describe("a session", () => {
  test("begins when a connector is first seen to run, and stays the same while it does", () => {
    const [first, second] = watched([0, standing("RUNNING", "RUNNING")], [5, standing("RUNNING", "RUNNING")]);
    expect(second).toEqual(first);
    expect(
      sessionEvents("gl-jdbc-sink", first!, mapping).map(({ eventType, eventTime }) => [eventType, eventTime]),
    ).toEqual([
      ["START", at(0)],
      ["RUNNING", "2026-08-01T02:00:00.001Z"],
    ]);
    expect(last(first)?.outputs[0]?.facets?.tieout_position).toMatchObject({
      positions: [{ entity: "DE01", period: "2026-08" }],
    });
  });

  test("fails with its tasks and goes on in them: a restart is a new attempt", () => {
    const [, failed, again] = watched(
      [0, standing("RUNNING", "RUNNING")],
      [5, standingOf(status, settings)],
      [9, standing("RUNNING", "RUNNING")],
    );
    expect(last(failed)).toMatchObject({ eventType: "FAIL", eventTime: at(5) });
    expect(last(failed)?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ code: "contract-drift" }] });
    expect(last(again)).toMatchObject({
      eventType: "RUNNING",
      eventTime: at(9),
      run: { runId: last(failed)?.run.runId },
    });
  });

  test("pauses and goes on", () => {
    const [, paused, resumed] = watched([0, standing("RUNNING")], [5, standing("PAUSED")], [9, standing("RUNNING")]);
    expect(last(paused)).toMatchObject({ eventType: "RUNNING", eventTime: at(5) });
    expect(last(paused)?.run.facets?.tieout_outcome).toMatchObject({ vendorStatus: "PAUSED", qualifier: "held" });
    expect(last(resumed)).toMatchObject({ eventType: "RUNNING", eventTime: at(9) });
  });

  test("ends when the connector is stopped or gone, once; what runs after is another", () => {
    const [first, stopped, still, other] = watched(
      [0, standing("RUNNING")],
      [5, standing("STOPPED")],
      [6, standing("STOPPED")],
      [9, standing("RUNNING")],
    );
    expect(last(stopped)).toMatchObject({ eventType: "ABORT", eventTime: at(5) });
    expect(still).toBeNull();
    expect(other?.startedAt).not.toBe(first?.startedAt);
    const [, gone] = watched([0, standing("RUNNING")], [5, null]);
    expect(last(gone)?.run.facets?.tieout_outcome).toMatchObject({ vendorStatus: "deleted" });
  });

  test("a rebalance that does not end is a failure", () => {
    const moving = standing("RUNNING", "UNASSIGNED");
    const [, short, long] = watched([0, standing("RUNNING", "RUNNING")], [5, moving], [21, moving]);
    expect([short?.state, long?.state]).toEqual(["running", "failed"]);
    expect(long?.traces).toEqual(["Connector: UNASSIGNED for more than 15 minutes"]);
  });

  test("names its connector in its key, whatever that is called", () => {
    const [first] = watched([0, standing("RUNNING")]);
    expect(connectorOf(sessionKey("a/b", first!))).toBe("a/b");
    expect(connectorOf("gl-source/000004")).toBeNull();
  });
});

test("batches are told out of a source's offsets; other offsets are none", () => {
  const [sink, kept] = Offsets.parse(fixture("offsets.json")).offsets;
  expect(Batch.safeParse(sink).success).toBe(false);
  const seen = { connector: "gl-source", batch: Batch.parse(kept) };
  expect(batchKey(seen)).toBe("gl-source/000004");
  const end = batchEvents(seen, mapping).at(-1);
  expect(end).toMatchObject({
    eventType: "COMPLETE",
    eventTime: "2026-08-01T02:07:00.000Z",
    job: { name: "gl-source" },
  });
  expect(end?.run.facets).toMatchObject({
    tieout_outcome: { qualifier: "partial", rowsRead: 1203, rowsRejected: 3 },
    tieout_correlation: { correlationId: "GLA-2026-07-DE01-000004" },
    tieout_exceptions: { exceptions: [{ code: "unmapped-member", member: "7710", count: 3, entity: "DE01" }] },
  });
  expect(end?.outputs[0]?.facets?.tieout_position).toMatchObject({
    positions: [{ entity: "DE01", period: "2026-07", completeThrough: "2026-08-01T01:55:00.000Z" }],
  });
});
