import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Facts } from "../../../schemas/facts.ts";
import { createFacts } from "../../../server/facts/facts.ts";
import { emptyDerivedTables } from "../../../server/store/clickhouse/derived-tables.ts";
import { CLICKHOUSE_FORMS, derivedTables, openEmptyClickHouse, type OpenedClickHouse } from "../../clickhouse.ts";
import { sharedEvents } from "../../shared-events.ts";
import { collidingEvents } from "./events.ts";
import { openTower } from "./tower.ts";

const ORIGIN = { door: "lineage", source: "test" } as const;

/** Deterministic by seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const weighed = items.map((item) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return { item, weight: state };
  });
  return weighed.toSorted((one, other) => one.weight - other.weight).map(({ item }) => item);
}

describe.each(CLICKHOUSE_FORMS)("on the %s engine", (form) => {
  let opened: OpenedClickHouse;
  beforeAll(async () => {
    opened = await openEmptyClickHouse(form);
  });
  afterAll(() => opened.close());

  /** Everything derived of these texts, sent in so many requests, from empty tables on. */
  async function derivedFrom(texts: readonly string[], perRequest: number) {
    await emptyDerivedTables(opened.clickhouse);
    const { ingest, facts } = openTower(opened.clickhouse);
    for (let at = 0; at < texts.length; at += perRequest) {
      const inputs = texts.slice(at, at + perRequest).map((text) => ({ text }));
      const answers = await ingest.acceptTexts(inputs, ORIGIN);
      for (const answer of answers)
        if (answer.status === "quarantined" && answer.malformed) throw new Error(answer.reason);
    }
    const loaded = createFacts();
    await loaded.load(opened.clickhouse, new Date(0));
    return { tables: await derivedTables(opened.clickhouse), told: toldBy(facts), loaded: toldBy(loaded) };
  }

  const events = sharedEvents();
  test.skipIf(events.length === 0)("real events end the same in any order and repetition", async () => {
    const texts = events.map(({ text }) => text);
    const first = await derivedFrom(texts, 50);
    expect(first.tables.runs?.length).toBeGreaterThan(100);
    expect(first.told).toEqual(first.loaded);
    expect(await derivedFrom(shuffled([...texts, ...texts], 7), 33)).toEqual(first);
    expect(await derivedFrom(texts.toReversed(), texts.length)).toEqual(first);
  });

  test("events that collide end the same in any order and repetition, in the tables and in memory", async () => {
    const given = fc.tuple(collidingEvents, fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 30 }));
    await fc.assert(
      fc.asyncProperty(given, async ([values, seed, perRequest]) => {
        const texts = values.map((event) => JSON.stringify(event));
        const first = await derivedFrom(texts, texts.length);
        expect(first.told).toEqual(first.loaded);
        expect(await derivedFrom(shuffled([...texts, ...texts], seed), perRequest)).toEqual(first);
      }),
      { numRuns: form === "embedded" ? 6 : 2, endOnFailure: true, interruptAfterTimeLimit: 20_000 },
    );
  });
});

const DATASETS = ["cpi://m", "anaplan://m"].flatMap((namespace) =>
  ["OUT", "Actuals 🌍"].map((name) => ({ namespace, name })),
);

/** Everything the facts answer about the colliding events' small world. */
function toldBy(facts: Facts) {
  const byKey = <T>(list: T[]) => list.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  const periods = facts.periods();
  const slots = DATASETS.flatMap((dataset) =>
    ["DE01", "FR01"].flatMap((entity) => periods.map((period) => [dataset, entity, period] as const)),
  );
  return {
    periods,
    watermarks: slots.map((slot) => facts.watermark(...slot, "actual")),
    totals: slots.map((slot) => byKey(facts.totals(...slot, "actual"))),
    runsInto: slots.map((slot) => facts.runsInto(...slot)),
    runs: ["r1", "r2", "r3"].map((runId) => facts.run(runId)),
    correlated: ["GLA-1", "GLA-2"].map((id) => byKey(facts.correlated(id))),
  };
}
