import { rm } from "node:fs/promises";
import type { Actor } from "../../server/context.ts";
import { loadEstate } from "../../server/estate/load-estate.ts";
import { SCOPES } from "../../server/people/permissions.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import type { ClickHouse } from "../../server/store/clickhouse.ts";
import type { TraceContext } from "../../server/trace/trace-batch.ts";
import { traceId } from "../../server/trace/trace-id.ts";
import { openEmptyClickHouse } from "../clickhouse.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";
import { atMost, defineBench, quantile, ratioAtMost } from "./bench.ts";
import { HOPS, writeBenchEstate, type BenchEstate } from "./estate.ts";
import { random } from "./random.ts";

const FEW = 100_000;
const MANY = 500_000;
const FULL = 10_000_000;
/** A batch goes through every hop, with a start and an end at each. */
const EVENTS_OF_BATCH = HOPS.length * 2;
/** Events made by the engine at a time. */
const CHUNK = 400_000;
const ASKED = 200;
/** Seven years of months, so that no month holds more loads than one does. */
const MONTHS = 84;
const MEASURES = ["count", "debit", "credit", "net"] as const;

const AUDITOR: Actor = {
  ...{ kind: "person", id: "bench", name: "Bench", role: "auditor", entities: "all", scopes: SCOPES },
};

export const trace = defineBench({
  name: "trace",
  title:
    `the way of one correlation ID through ${HOPS.length} systems, among ${MANY.toLocaleString("en")} events, ` +
    `with --full ${FULL.toLocaleString("en")}; the slowest twentieth`,
  unit: "ms",
  goal: atMost(100),
  reference: "the same engine asked for nothing",
  also: {
    grown: {
      title: `the same beside its time among ${FEW.toLocaleString("en")} events`,
      unit: "ms",
      goal: ratioAtMost(1.3),
      reference: "its time before",
    },
  },
  async run({ full, say }) {
    const estate = await writeBenchEstate();
    const engine = await openEmptyClickHouse("embedded");
    const opened = await POSTGRES_ENGINES[0]!.open();
    const { clickhouse } = engine;
    const clock = { now: () => new Date() };
    const ctx = { estate: loadEstate(estate.directory).estate, clickhouse, postgres: opened.postgres, clock };
    try {
      await migrateClickHouse(clickhouse);
      await fill(clickhouse, estate, 0, FEW);
      const before = await slowest(ctx, estate, FEW);
      say(`${FEW.toLocaleString("en")} events in; ${before.toFixed(1)} ms`);
      const events = full ? FULL : MANY;
      for (let from = FEW; from < events; from += CHUNK) {
        await fill(clickhouse, estate, from, Math.min(from + CHUNK, events));
        if (from % (CHUNK * 5) === FEW) say(`${from.toLocaleString("en")} events in`);
      }
      const value = await slowest(ctx, estate, events);
      const reference = await slowestOf(ASKED, () => clickhouse.ping());
      return { value, reference, also: { grown: { value, reference: before } } };
    } finally {
      await opened.stop();
      await engine.close();
      await rm(estate.directory, { recursive: true });
    }
  },
});

/** Batches chosen at random from all there are. */
async function slowest(ctx: TraceContext, estate: BenchEstate, events: number): Promise<number> {
  const luck = random(7);
  return slowestOf(ASKED, async () => {
    const id = correlationId(estate, Math.floor((luck() * events) / EVENTS_OF_BATCH));
    const { runs, line } = await traceId(ctx, AUDITOR, { id, knownAt: null, raw: false });
    if (runs.length !== HOPS.length || line?.hops.at(-1)?.net !== "1250.00")
      throw new Error(`${id} was traced to ${runs.length} runs and ${line?.hops.at(-1)?.net}.`);
  });
}

async function slowestOf(times: number, ask: () => Promise<unknown>): Promise<number> {
  const delays: number[] = [];
  for (let at = -20; at < times; at += 1) {
    const begun = performance.now();
    await ask();
    if (at >= 0) delays.push(performance.now() - begun);
  }
  return quantile(delays, 0.95);
}

const monthOf = (month: number) => new Date(Date.UTC(2019, 10 + month, 1)).toISOString().slice(0, 7);

/** Entities take turns, then months; after them comes the next load of each. */
function correlationId({ entities }: BenchEstate, batch: number): string {
  const month = Math.floor(batch / entities.length) % MONTHS;
  return `GLA-${monthOf(month)}-${entities[batch % entities.length]}-${batch}`;
}

/** Has the engine make events `from` to `to` and all that is derived of them, by way of the tables ingest writes to. */
async function fill(clickhouse: ClickHouse, estate: BenchEstate, from: number, to: number): Promise<void> {
  const events = `SELECT *, ${derived(estate)} FROM (
    SELECT number, intDiv(number, ${EVENTS_OF_BATCH}) AS batch, intDiv(number % ${EVENTS_OF_BATCH}, 2) + 1 AS hop,
      number % 2 = 1 AS ends FROM numbers(${from}, ${to - from}))`;
  await clickhouse.command(figures(events));
  await clickhouse.command(`INSERT INTO incoming (event_id, replay, received_at, door, source, kind, event_time,
      event_type, rank, producer, job_namespace, job_name, run_id, state, correlation, attempt, started_at, restarted_at,
      io, warnings, envelope, raw)
    SELECT id, false, at, 'lineage', 'bench', 'run', at, if(ends, 'COMPLETE', 'START'), if(ends, 3, 1), 'bench',
      namespace, job, run, (at, if(ends, 3, 1), if(ends, 'COMPLETE', 'START')),
      (at, if(ends, 3, 1), concat('{"correlationId":"', correlation, '"}')), 1,
      if(ends, NULL, at), if(ends, NULL, at), [('output', namespace, dataset, entity, period)], [], '',
      ${rawText()}
    FROM (${events})`);
}

/** What follows from an event's place: texts are looked up by the hop, the entity and the month. */
function derived({ entities, namespaces }: BenchEstate): string {
  const list = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(",")}]`;
  const months = Array.from({ length: MONTHS }, (_, month) => monthOf(month));
  return `
    ${list(entities)}[batch % ${entities.length} + 1] AS entity,
    ${list(months)}[intDiv(batch, ${entities.length}) % ${MONTHS} + 1] AS period,
    concat('GLA-', period, '-', entity, '-', toString(batch)) AS correlation,
    ${list(HOPS.map(({ system }) => namespaces[system] ?? ""))}[hop] AS namespace,
    ${list(HOPS.map(({ name }) => name))}[hop] AS dataset,
    concat(dataset, ' ', entity) AS job,
    lower(hex(MD5(concat(toString(batch), '-', toString(hop))))) AS run,
    toDateTime64(concat(period, '-01 00:00:00'), 3, 'UTC')
      + toIntervalMinute(intDiv(batch, ${entities.length * MONTHS}) * 120 + hop * 10 + ends * 8) AS at,
    toDateTime64(concat(period, '-01 00:00:00'), 3, 'UTC')
      + toIntervalMinute(intDiv(batch, ${entities.length * MONTHS}) * 120) AS taken,
    lower(hex(SHA256(toString(number)))) AS id`;
}

function figures(events: string): string {
  const total = (measure: string) =>
    `(namespace, dataset, entity, '0L', period, 'actual', '', '', '${measure}', 1250, at, correlation)`;
  return `INSERT INTO incoming_figures (event_id, event_time, rank, run_id, watermarks, totals, correlations)
    SELECT id, at, if(ends, 3, 1), run,
      if(ends, [(namespace, dataset, entity, '0L', period, 'actual', taken, taken)], []),
      if(ends, [${MEASURES.map(total).join(",")}], []),
      [(correlation, 'carried', namespace, job, run)]
    FROM (${events})`;
}

/** The event's text as an expression: what varies is put between the pieces of one made here. */
function rawText(): string {
  const place = { entity: "@entity@", ledger: "0L", period: "@period@", version: "actual" };
  const text = JSON.stringify({
    ...{ eventType: "@type@", eventTime: "@at@", producer: "bench", schemaURL: "https://openlineage.io/spec/2-0-2" },
    run: { runId: "@run@", facets: { tieout_correlation: { correlationId: "@correlation@", attempt: 1 } } },
    job: { namespace: "@namespace@", name: "@job@" },
    outputs: [
      {
        ...{ namespace: "@namespace@", name: "@dataset@" },
        facets: {
          tieout_position: { positions: [{ ...place, completeThrough: "@taken@", snapshotAsOf: "@taken@" }] },
          tieout_controlTotals: {
            asOf: "@at@",
            totals: MEASURES.map((measure) => ({ ...place, account: "", currency: "", measure, value: "1250" })),
          },
        },
      },
    ],
  });
  const instant = (column: string) => `concat(replaceOne(toString(${column}), ' ', 'T'), 'Z')`;
  const values: Record<string, string> = {
    at: instant("at"),
    taken: instant("taken"),
    type: "if(ends, 'COMPLETE', 'START')",
  };
  const pieces = text.split("@").map((piece, index) => (index % 2 === 0 ? `'${piece}'` : (values[piece] ?? piece)));
  return `concat(${pieces.join(", ")})`;
}
