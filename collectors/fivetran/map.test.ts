import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOpen, syncEvents, syncOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { ConnectionList, refusalIn, SyncList, type Connection, type SyncRow } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const [connection] = ConnectionList.parse(fixture("connections.json")).data.items as [Connection];
const { items } = SyncList.parse(fixture("history.json")).data;
const [failed, running, waiting] = items as [SyncRow, SyncRow, SyncRow];
const settings = Settings.parse({
  connections: [
    {
      name: "netsuite",
      dataset: "netsuite",
      ledger: "0L",
      entities: ["US01"],
      openPeriods: 1,
      completeThrough: "start",
    },
  ],
  historyKeys: { rowsWritten: "volume" },
});
const told = (row: SyncRow) => {
  const sync = syncOf(connection, row, settings);
  return sync ? syncEvents(sync, { namespace: "fivetran://example", settings }) : [];
};

test.each([
  ["SUCCESSFUL", "COMPLETE"],
  ["FAILURE", "FAIL"],
  ["FAILURE_WITH_TASK", "FAIL"],
  ["RESCHEDULED", "FAIL"],
  ["CANCELED", "ABORT"],
  ["successful", "COMPLETE"],
  ["UNHEARD_OF", "OTHER"],
])("%s is told as %s", (status, type) => {
  expect(told({ ...failed, status }).at(-1)).toMatchObject({ eventType: type, eventTime: "2026-08-01T02:05:01.102Z" });
});

test("a sync without an end runs; one that has not started, or did nothing, is not told", () => {
  expect(told(running).map(({ eventType }) => eventType)).toEqual(["START", "RUNNING"]);
  expect(isOpen(syncOf(connection, running, settings)!)).toBe(true);
  expect(told(waiting)).toEqual([]);
  expect(told({ ...failed, status: "NO_STATUS" })).toEqual([]);
});

test.each([
  ["FAILURE_WITH_TASK", "too many connections", "api-limit", "too many connections"],
  ["RESCHEDULED", "", "api-limit", "The sync ended with RESCHEDULED."],
  ["FAILURE", "", "job-failed", "The sync ended with FAILURE."],
  ["FAILURE", "The password has expired", "credential-expiry", "The password has expired"],
  ["FAILURE", "Nobody knows why", "unknown", "Nobody knows why"],
])("%s because of “%s” means %s", (status, reason, code, message) => {
  const end = told({ ...failed, status, reason }).at(-1);
  expect(end?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ code, message }] });
});

test("a sync of whole tables fills its entities' open periods up to when it began, with rows where a name is given", () => {
  const end = told({ ...failed, status: "SUCCESSFUL" }).at(-1);
  expect(end?.job.name).toBe("netsuite");
  expect(end?.run.facets?.tieout_outcome).toMatchObject({ rowsWritten: 1200 });
  expect(end?.outputs[0]?.facets?.tieout_position).toMatchObject({
    positions: [{ entity: "US01", period: "2026-08", ledger: "0L", completeThrough: "2026-08-01T02:00:00.102Z" }],
  });
});

test("names of the history are what the settings say", () => {
  const other = Settings.parse({
    connections: settings.connections,
    historyKeys: { id: "id", startedAt: "start", endedAt: "end" },
  });
  const row = { id: "s1", start: "2026-08-01T02:00:00Z", end: "2026-08-01T02:01:00Z", status: "SUCCESSFUL" };
  expect(syncOf(connection, row, other)).toMatchObject({
    id: "s1",
    state: "complete",
    endedAt: "2026-08-01T02:01:00.000Z",
  });
});

test("an error inside a good answer is found", () => {
  expect(refusalIn({ code: "NotFound_Connection", message: "Cannot find it" })).toBe(
    "NotFound_Connection Cannot find it",
  );
  expect(refusalIn(fixture("history.json"))).toBeNull();
});
