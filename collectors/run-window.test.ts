import { describe, expect, test } from "vitest";
import type { EventType, RunEvent } from "../schemas/event/open-lineage.ts";
import { gapEvent } from "./gap-event.ts";
import { readWindow, type RunWindow, type WindowCursor } from "./run-window.ts";
import { signedRun } from "./signed-event.ts";

interface Row {
  key: string;
  state: "running" | "done";
  changedAt: string;
}

const NOON = "2026-08-03T12:00:00.000Z";
const at = (time: string) => `2026-08-03T${time}:00.000Z`;

/** A vendor whose list is what the test says, asked at an instant. */
function vendor(rows: Row[], now = NOON, over: Partial<RunWindow<Row>> = {}) {
  const asked: { from: string; to: string }[] = [];
  const window: RunWindow<Row> = {
    now: new Date(now),
    retentionDays: 7,
    overlapMinutes: 10,
    async *list(from, to) {
      asked.push({ from, to });
      yield rows.filter(({ changedAt }) => changedAt >= from && changedAt <= to);
    },
    sight: (row) => ({
      ...{ key: row.key, changedAt: row.changedAt, open: row.state === "running" },
      version: `${row.state} ${row.changedAt}`,
    }),
    events: (row) => [
      event(row.key, "START", at("08:00")),
      event(row.key, row.state === "done" ? "COMPLETE" : "RUNNING", row.changedAt),
    ],
    gap: (from, to) => gapEvent({ collector: "x", namespace: "x://y", history: "Runs", from, to }),
    ...over,
  };
  return { window, asked };
}

function event(key: string, eventType: EventType, time: string): RunEvent {
  const job = { namespace: "x://y", name: "job" };
  return signedRun("urn:x", { eventType, at: time, runId: key, job, facets: {}, inputs: [], outputs: [] });
}

const told = (events: readonly unknown[]) =>
  (events as RunEvent[]).map(({ run, eventType, eventTime }) => `${run.runId} ${eventType} ${eventTime.slice(11, 16)}`);
const THROUGH: WindowCursor = { through: at("11:00"), runs: {} };

describe("reading on", () => {
  test("goes back an overlap, and tells a late row once", async () => {
    const late = { key: "a", state: "done", changedAt: at("10:55") } as const;
    const { window, asked } = vendor([late]);
    const first = await readWindow(THROUGH, window);
    expect(asked[0]?.from).toBe(at("10:50"));
    expect(told(first.events)).toEqual(["a START 08:00", "a COMPLETE 10:55"]);
    const again = await readWindow(first.cursor, vendor([late], at("12:04")).window);
    expect(again.events).toEqual([]);
  });

  test("tells a run that ended and runs again, and its new end", async () => {
    const row = (state: Row["state"], time: string): Row => ({ key: "a", state, changedAt: at(time) });
    const one = await readWindow(THROUGH, vendor([row("done", "11:55")]).window);
    const two = await readWindow(one.cursor, vendor([row("running", "12:05")], at("12:10")).window);
    const three = await readWindow(two.cursor, vendor([row("done", "12:15")], at("12:20")).window);
    expect(told(two.events)).toEqual(["a RUNNING 12:05"]);
    expect([two.openRuns, three.openRuns]).toEqual([1, 0]);
    expect(told(three.events)).toEqual(["a COMPLETE 12:15"]);
  });

  test("orders what it tells by the vendor's time, however rows arrive", async () => {
    const rows = ["11:40", "11:20", "11:30"].map((time, index) => ({
      ...({ key: `r${index}`, state: "done", changedAt: at(time) } as const),
    }));
    const { events } = await readWindow(THROUGH, vendor(rows).window);
    const times = events.map(({ eventTime }) => eventTime);
    expect(times).toEqual([...times].sort());
  });

  test("says that history expired, and reads what is left", async () => {
    const row = { key: "a", state: "done", changedAt: at("11:30") } as const;
    const { window, asked } = vendor([row]);
    const { events } = await readWindow({ through: "2026-07-01T00:00:00.000Z", runs: {} }, window);
    expect(asked[0]?.from).toBe("2026-07-27T12:00:00.000Z");
    expect(JSON.stringify(events[0])).toContain(
      "between 2026-07-01T00:00:00.000Z and 2026-07-27T12:00:00.000Z expired",
    );
    expect(told(events)).toContain("a COMPLETE 11:30");
  });

  test("reads a long history in slices, each durable by itself", async () => {
    const { window, asked } = vendor([], NOON, { sliceHours: 48 });
    let cursor: WindowCursor | null = null;
    let more = true;
    while (more) ({ cursor, more } = await readWindow(cursor, window));
    expect(asked.map(({ to }) => to)).toEqual([
      "2026-07-29T12:00:00.000Z",
      "2026-07-31T12:00:00.000Z",
      "2026-08-02T12:00:00.000Z",
      NOON,
    ]);
  });

  test("moves an idle cursor by whole hours only", async () => {
    const first = await readWindow(THROUGH, vendor([], at("11:20")).window);
    const second = await readWindow(first.cursor, vendor([], at("11:59")).window);
    expect(second.cursor).toEqual(first.cursor);
  });
});

describe("an open run", () => {
  const OPEN: WindowCursor = {
    through: at("11:00"),
    runs: { a: { changedAt: at("08:00"), open: true, version: "running", told: [] } },
  };

  test("is asked for by its key when no list shows it", async () => {
    const again = async (key: string): Promise<Row> => ({ key, state: "done", changedAt: at("11:45") });
    const { events, openRuns } = await readWindow(OPEN, vendor([], NOON, { again }).window);
    expect(told(events)).toContain("a COMPLETE 11:45");
    expect(openRuns).toBe(0);
  });

  test("that the vendor has no longer is told as gone", async () => {
    const gone = (key: string) => [event(key, "ABORT", at("08:01"))];
    const { events, openRuns } = await readWindow(OPEN, vendor([], NOON, { again: async () => null, gone }).window);
    expect(told(events)).toEqual(["a ABORT 08:01"]);
    expect(openRuns).toBe(0);
  });

  test("holds the list back where it is by begin", async () => {
    const { window, asked } = vendor([], NOON, { reread: true });
    await readWindow(OPEN, window);
    expect(asked[0]?.from).toBe(at("08:00"));
  });

  test("is followed no longer after its days", async () => {
    const { openRuns } = await readWindow(OPEN, vendor([], "2026-08-06T12:00:00.000Z", { openDays: 2 }).window);
    expect(openRuns).toBe(0);
  });
});
