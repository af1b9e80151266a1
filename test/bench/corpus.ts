import { HOPS, type BenchEstate } from "./estate.ts";
import { random } from "./random.ts";

/**
 * Events as the field sends them, made the same way on every machine: collectors' runs with control totals, warehouse
 * models with schemas, orchestrators' bare starts and ends, and now and then a wide column lineage. Median 2.8 KB of JSON.
 */
export interface Corpus {
  /** The text of the n-th event. Runs come as START and COMPLETE, so 2n and 2n + 1 share a run; every run is new. */
  text(index: number): string;
  /** Texts of `count` events from `from` on as one JSON array. */
  batch(from: number, count: number): string;
}

const PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.40.0/integration";
const SPEC = "https://openlineage.io/spec";
/** Different shapes to choose from; what varies from event to event is filled in. */
const SHAPES = 100;
const RUN = "00000000-0000-0000-0000-000000000000";
const AT = "1970-01-01T00:00:00.000Z";

export function createCorpus(estate: BenchEstate, seed = 1): Corpus {
  const next = random(seed);
  const shapes = Array.from({ length: SHAPES }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? collected;
    return { start: cut(kind(estate, index, next, false)), complete: cut(kind(estate, index, next, true)) };
  });
  const begun = Date.now() - 3_600_000;
  const text = (index: number) => {
    const run = Math.floor(index / 2);
    const shape = shapes[run % SHAPES];
    if (!shape) throw new Error("no shape");
    return fill(
      index % 2 === 0 ? shape.start : shape.complete,
      runIdOf(seed, run),
      new Date(begun + index).toISOString(),
    );
  };
  return {
    text,
    batch: (from, count) => `[${Array.from({ length: count }, (_, index) => text(from + index)).join(",")}]`,
  };
}

type Kind = (estate: BenchEstate, index: number, next: () => number, complete: boolean) => unknown;

/** Every fourth is small and every twelfth wide, as among recorded events. */
const KINDS: readonly Kind[] = [
  collected,
  model,
  bare,
  collected,
  model,
  model,
  bare,
  collected,
  model,
  wide,
  bare,
  model,
];

function collected(estate: BenchEstate, index: number, next: () => number, complete: boolean) {
  const hop = HOPS[index % HOPS.length] ?? HOPS[0];
  const entity = estate.entities[index % estate.entities.length] ?? "DE01";
  const position = { entity, ledger: "0L", period: estate.period, version: "actual" };
  const measures = ["count", "debit", "credit", "net"] as const;
  const totals = Array.from({ length: 2 }, (_, account) =>
    measures.map((measure) => ({
      ...position,
      account: String(400_000 + account * 1_000),
      currency: "EUR",
      measure,
      value: measure === "count" ? String(Math.floor(next() * 9_000)) : (next() * 1e7).toFixed(2),
    })),
  ).flat();
  const output = {
    namespace: estate.namespaces[hop.system],
    name: hop.name,
    facets: {
      tieout_position: facet({
        positions: [complete ? { ...position, completeThrough: AT, snapshotAsOf: AT } : position],
      }),
      ...(complete ? { tieout_controlTotals: facet({ asOf: AT, totals }) } : {}),
    },
  };
  return {
    ...head(complete),
    run: {
      runId: RUN,
      facets: {
        tieout_correlation: facet({ correlationId: `GLA-${estate.period}-${entity}-${index}`, attempt: 1 }),
        tieout_outcome: facet({
          vendorStatus: complete ? "COMPLETE" : "IN_PROGRESS",
          rowsRead: 4_000,
          rowsWritten: 4_000,
        }),
        nominalTime: facet({ nominalStartTime: AT }),
      },
    },
    job: { namespace: estate.namespaces[hop.system], name: `${hop.name} ${entity}` },
    inputs: [{ namespace: estate.namespaces.s4, name: "LEDGER" }],
    outputs: [output],
  };
}

function model(_estate: BenchEstate, index: number, next: () => number, complete: boolean) {
  const dataset = (name: string, columns: number) => ({
    namespace: "snowflake://acme-eu",
    name: `analytics.finance.${name}`,
    facets: {
      schema: schemaFacet(columns, next),
      dataSource: facet({ name: "snowflake", uri: "snowflake://acme-eu" }),
    },
  });
  return {
    ...head(complete),
    run: {
      runId: RUN,
      facets: {
        parent: facet({ run: { runId: RUN }, job: { namespace: "dbt", name: "dbt-run-finance" } }),
        dbt_version: facet({ version: "1.11.2" }),
        processing_engine: facet({ version: "1.11.2", name: "dbt", openlineageAdapterVersion: "1.40.0" }),
      },
    },
    job: {
      namespace: "dbt",
      name: `finance.model_${index}`,
      facets: { jobType: facet({ jobType: "MODEL", integration: "DBT", processingType: "BATCH" }) },
    },
    inputs: [dataset(`stg_${index}`, 4), dataset(`dim_${index % 7}`, 3)],
    outputs: [
      {
        ...dataset(`fct_${index}`, 6),
        outputFacets: { outputStatistics: facet({ rowCount: Math.floor(next() * 1e6), size: 1 << 20 }) },
      },
    ],
  };
}

function bare(_estate: BenchEstate, index: number, _next: () => number, complete: boolean) {
  return {
    ...head(complete),
    run: { runId: RUN },
    job: { namespace: "airflow", name: `close_dag.task_${index}` },
    inputs: [],
    outputs: [],
  };
}

function wide(_estate: BenchEstate, index: number, next: () => number, complete: boolean) {
  const input = { namespace: "hdfs://warehouse", name: `/finance/raw_${index}` };
  const fields = Object.fromEntries(
    Array.from({ length: 40 }, (_, column) => [
      `column_${column}`,
      {
        inputFields: [
          { ...input, field: `source_${column}`, transformations: [{ type: "DIRECT", subtype: "IDENTITY" }] },
        ],
      },
    ]),
  );
  const output = {
    namespace: input.namespace,
    name: `/finance/wide_${index}`,
    facets: { schema: schemaFacet(40, next), columnLineage: facet({ fields }) },
  };
  return {
    ...head(complete),
    run: { runId: RUN },
    job: { namespace: "spark", name: `wide_${index}` },
    inputs: [input],
    outputs: [output],
  };
}

function head(complete: boolean) {
  return {
    eventType: complete ? "COMPLETE" : "START",
    eventTime: AT,
    producer: PRODUCER,
    schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
  };
}

function facet<T extends object>(content: T) {
  return { _producer: PRODUCER, _schemaURL: `${SPEC}/facets/1-0-1/Facet.json`, ...content };
}

function schemaFacet(columns: number, next: () => number) {
  const types = ["VARCHAR", "NUMBER", "TIMESTAMP_NTZ", "BOOLEAN"];
  const fields = Array.from({ length: columns }, (_, index) => ({
    name: `column_${index}`,
    type: types[Math.floor(next() * types.length)],
  }));
  return facet({ fields });
}

/** The text of a shape, cut where run and time go; parallel lists keep filling them in cheap. */
function cut(event: unknown): string[] {
  return JSON.stringify(event).split(new RegExp(`(${RUN}|${AT})`));
}

function fill(parts: readonly string[], runId: string, at: string): string {
  return parts.map((part) => (part === RUN ? runId : part === AT ? at : part)).join("");
}

function runIdOf(seed: number, run: number): string {
  return `${seed.toString(16).padStart(8, "0")}-0000-4000-8000-${run.toString(16).padStart(12, "0")}`;
}
