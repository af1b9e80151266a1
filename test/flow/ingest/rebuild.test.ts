import { afterAll, beforeAll, expect, test } from "vitest";
import { rebuildDerived } from "../../../server/ingest/rebuild-derived.ts";
import { migrateClickHouse } from "../../../server/store/migrate-clickhouse.ts";
import { derivedTables, openEmptyClickHouse, select, type OpenedClickHouse } from "../../clickhouse.ts";
import { sharedEvents } from "../../shared-events.ts";
import { openTower, runEvent } from "./tower.ts";

let opened: OpenedClickHouse;
beforeAll(async () => {
  opened = await openEmptyClickHouse("embedded");
});
afterAll(() => opened.close());

const signed = { _producer: "p", _schemaURL: "s" };

/** More events than a page, some in envelopes, some twice, some with figures. */
async function fill(): Promise<void> {
  const { ingest, post } = openTower(opened.clickhouse);
  const texts = sharedEvents().map(({ text }) => ({ text }));
  for (let n = 0; n < 600; n++) {
    const total = { entity: "DE01", period: "2026-10", measure: "net", value: `${n}.5`, correlationId: `GLA-${n % 7}` };
    const facets = {
      tieout_controlTotals: { ...signed, asOf: "2026-11-04T13:00:00.000Z", totals: [total] },
      columnLineage: {
        ...signed,
        fields: { net: { inputFields: [{ namespace: "cpi://m", name: "OUT", field: "n" }] } },
      },
      tieout_position: {
        ...signed,
        positions: [{ entity: "DE01", period: "2026-10", completeThrough: "2026-11-04T13:00:00.000Z" }],
      },
    };
    const status = { entity: "DE01", period: "2026-10", status: n % 2 ? "open" : "closed", native: `${n}` };
    const ledger = {
      namespace: "s4://m",
      name: "ACDOCA",
      facets: { tieout_periodStatus: { ...signed, statuses: [status] } },
    };
    const outputs = [...(n % 100 === 0 ? [ledger] : []), { namespace: "anaplan://m", name: "Actuals", facets }];
    texts.push({ text: JSON.stringify(runEvent({ run: { runId: `r${n % 50}` }, outputs, n })) });
  }
  await ingest.acceptTexts([...texts, ...texts.slice(0, 100)], { door: "lineage", source: "test" });
  await post("/api/v1/cloudevents", JSON.stringify(runEvent({ run: { runId: "enveloped" } })), {
    ...{ "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" },
  });
}

test("what is derived again from raw is what was there before, and raw stays as it was", async () => {
  await fill();
  const before = await derivedTables(opened.clickhouse);
  const raw = await select(opened.clickhouse, "SELECT * FROM events FINAL ORDER BY ALL");
  expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
  await opened.clickhouse.command("TRUNCATE TABLE runs");

  const told: number[] = [];
  const { events, unread } = await rebuildDerived(opened.clickhouse, (done, all) => told.push(done / all));
  expect(events).toBe(raw.length);
  expect(unread).toEqual([]);
  expect(told.at(-1)).toBe(1);
  expect(told.length).toBeGreaterThan(1);
  expect(await derivedTables(opened.clickhouse)).toEqual(before);
  expect(await select(opened.clickhouse, "SELECT * FROM events FINAL ORDER BY ALL")).toEqual(raw);
});

test("when a step became known stays, though its event came once more and only that arrival is left", async () => {
  const { clickhouse } = opened;
  const known = () =>
    select(
      clickhouse,
      "SELECT toString(min(first).2) AS known FROM lineage_steps WHERE destination LIKE '%GL_ACTUALS_OUT DE01'",
    );
  const before = await known();
  await clickhouse.command(
    "INSERT INTO events SELECT * REPLACE (received_at + INTERVAL 9 DAY AS received_at) FROM events WHERE job_name = 'GL_ACTUALS_OUT DE01'",
  );
  await clickhouse.command("OPTIMIZE TABLE events FINAL");
  await rebuildDerived(clickhouse, () => {});
  expect(await known()).toEqual(before);
});

test("migrations that ran do not run again, and those of another version are refused", async () => {
  expect(await migrateClickHouse(opened.clickhouse)).toEqual([]);
  await opened.clickhouse.command("INSERT INTO migrations (name, sha256) VALUES ('999-later', 'x')");
  await expect(migrateClickHouse(opened.clickhouse)).rejects.toThrow("newer Tieout (migration 999-later)");
});
