import { afterAll, beforeAll, expect, it } from "vitest";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { insertRows } from "../../server/ingest/insert-rows.ts";
import { prepare } from "../../server/ingest/prepare.ts";
import { rowLine } from "../../server/ingest/row-line.ts";
import { evidenceRuns } from "../../server/store/clickhouse/evidence.ts";
import { openEmptyClickHouse, type OpenedClickHouse } from "../clickhouse.ts";

const at = (hour: number) => `2026-11-04T${String(hour).padStart(2, "0")}:00:00.000Z`;
const SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json";
let opened: OpenedClickHouse;

/** A run that begins at 8 and fails at 9, begins again at 11 and completes at 12; that it began is heard of at 10. */
beforeAll(async () => {
  opened = await openEmptyClickHouse("embedded");
  await hear(8, 10, "START", { tieout_correlation: { correlationId: "GLA-1", attempt: 1 } });
  await hear(9, 9, "FAIL", { errorMessage: { message: "No route", programmingLanguage: "ABAP" } });
  await hear(11, 11, "START", { tieout_correlation: { correlationId: "GLA-1", attempt: 2 } });
  await hear(12, 12, "COMPLETE", { tieout_outcome: { vendorStatus: "Finished", rowsWritten: 7 } });
  // The same event once more changes nothing.
  await hear(12, 12, "COMPLETE", { tieout_outcome: { vendorStatus: "Finished", rowsWritten: 7 } });
}, 120_000);
afterAll(() => opened.close());

async function hear(happened: number, received: number, eventType: EventType, facets: object): Promise<void> {
  const event = {
    ...{ eventTime: at(happened), eventType, producer: "x", schemaURL: SCHEMA, inputs: [] },
    ...{ run: { runId: "r1", facets }, job: { namespace: "hub://x", name: "load" } },
    outputs: [{ namespace: "hub://x", name: "figures" }],
  } as unknown as RunEvent;
  const arrival = { eventId: `${happened}`, receivedAt: at(received), door: "lineage", source: "test", envelope: "" };
  const row = prepare({ kind: "run", event }, [], { ...arrival, raw: JSON.stringify(event) });
  await insertRows(opened.clickhouse, [{ row, line: rowLine(row) }]);
}

it.each([
  [8, undefined],
  [9, { state: "FAIL", startedAt: null, lastEventAt: at(9), attempt: 1, error: "No route", correlation: "" }],
  [10, { state: "FAIL", startedAt: at(8), lastEventAt: at(9), attempt: 1, error: "No route" }],
  [11, { state: "START", startedAt: at(8), lastEventAt: at(11), attempt: 2, outcome: "", error: "No route" }],
  [12, { state: "COMPLETE", attempt: 2, outcome: '{"vendorStatus":"Finished","rowsWritten":7}' }],
])("tells a run as far as its events had come in at %i o'clock", async (hour, told) => {
  const scope = { period: "", entities: [], datasets: [], nodes: [], rules: [], account: "", asOf: at(hour) };
  const rows = await opened.clickhouse.ask(evidenceRuns.page, { ...scope, after: evidenceRuns.start, limit: 10 });
  const [count] = await opened.clickhouse.ask(evidenceRuns.count, scope);
  expect(count!.rows).toBe(rows.length);
  if (!told) return void expect(rows).toEqual([]);
  expect(rows).toHaveLength(1);
  expect({ ...rows[0], attempt: Number(rows[0]!.attempt) }).toMatchObject(told);
});
