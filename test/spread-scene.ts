import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import { amountPattern, isPlain } from "../server/lines/amount-text.ts";
import { Declaration } from "../server/lines/declaration.ts";
import { linesInsert } from "../server/store/clickhouse/lines-load.ts";
import { quarantinePage } from "../server/store/clickhouse/quarantine.ts";
import type { ClickHouse } from "../server/store/clickhouse.ts";
import type { Question } from "../server/store/question.ts";
import { openTower, runEvent } from "./flow/ingest/tower.ts";
import { sharedEvents } from "./shared-events.ts";

/** Two loads of lines, as text of their ids. */
export const LOADS = ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"] as const;
export const PERIOD = "2026-10";
const JOBS = 9;
const RUNS = 8;
const signed = { _producer: "p", _schemaURL: "s" };
const minute = (n: number) => new Date(Date.parse("2026-11-04T09:00:00.000Z") + n * 60_000).toISOString();

/** Runs of several jobs, each with its figures, steps, fields, names and correlation; and readings of a ledger without a job. */
function told(): string[] {
  const events: object[] = [];
  for (let n = 0; n < JOBS * RUNS; n++) {
    const [job, run] = [n % JOBS, Math.floor(n / JOBS)];
    const entity = job % 2 ? "DE01" : "FR01";
    const place = { entity, period: PERIOD };
    const total = (measure: string, value: string) => ({ ...place, measure, value, correlationId: `GLA-${run}` });
    const facets = {
      tieout_controlTotals: {
        ...{ ...signed, asOf: minute(n), totals: [total("net", `${n}.25`), total("count", `${n}`)] },
      },
      tieout_position: { ...signed, positions: [{ ...place, completeThrough: minute(n), snapshotAsOf: minute(n) }] },
      columnLineage: {
        ...signed,
        fields: { net: { inputFields: [{ namespace: "cpi://m", name: "OUT", field: "n" }] } },
      },
    };
    const exceptions = [{ code: "unmapped-member", class: "business", message: `CC ${n}`, documentRef: `D${n}` }];
    const facetsOfRun = {
      tieout_correlation: { ...signed, correlationId: `GLA-${run}` },
      ...(run === 3 && { tieout_exceptions: { ...signed, exceptions } }),
      ...(run > 0 && { parent: { ...signed, run: { runId: `run-${(job + 1) % JOBS}-${run}` }, job: jobOf(job + 1) } }),
    };
    const base = {
      ...{ job: jobOf(job), run: { runId: `run-${job}-${run}`, facets: facetsOfRun } },
      inputs: [{ namespace: "cpi://m", name: "OUT" }],
    };
    const outputs = [{ namespace: "anaplan://m", name: `Actuals ${job}`, facets }];
    const eventType = run % 4 === 3 ? "FAIL" : "COMPLETE";
    events.push(runEvent({ ...base, eventType: "START", eventTime: minute(n) }));
    events.push(runEvent({ ...base, eventType, eventTime: minute(n + 5), outputs }));
  }
  for (let n = 0; n < 6; n++) {
    const status = { entity: "DE01", period: PERIOD, status: n % 2 ? "open" : "closed", native: `${n}` };
    events.push({
      ...{ eventTime: minute(n), producer: "p", schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json" },
      dataset: {
        ...{ namespace: "s4://m", name: "ACDOCA" },
        facets: { tieout_periodStatus: { ...signed, statuses: [status] } },
      },
    });
  }
  return events.map((event) => JSON.stringify(event));
}

function jobOf(job: number) {
  return { namespace: "cpi://m", name: `OUT ${job % JOBS}` };
}

/** Tells an engine the scene: what is asked of it afterwards does not depend on the order, nor on what came twice. */
export async function fillSpread(clickhouse: ClickHouse, folder: string, inReverse: boolean): Promise<void> {
  const { ingest } = openTower(clickhouse);
  const texts = [...told(), ...sharedEvents().map(({ text }) => text)].map((text) => ({ text }));
  const sent = inReverse ? [...texts.slice(0, 40), ...texts.toReversed()] : texts;
  await ingest.acceptTexts(sent, { door: "lineage", source: "test" });
  await ingest.acceptTexts([{ text: "no event" }, { text: "[" }], { door: "lineage", source: "test" });
  const item = {
    resolved_at: "2026-11-04T15:00:00.000Z",
    state: "discarded",
    resolved_by: "x",
    reason: "r",
    event_id: "",
  };
  const [first] = await clickhouse.ask(quarantinePage, {
    ...{ state: "", beforeAt: "2100-01-01T00:00:00.000Z", beforeId: "~", limit: 1 },
  });
  await clickhouse.insertLines("quarantine_resolutions", JSON.stringify({ id: first!.id, ...item }));
  await clickhouse.insertLines("check_results", checks().join("\n"));
  await loadLines(clickhouse, folder);
}

function checks(): string[] {
  return Array.from({ length: 24 }, (_, n) =>
    JSON.stringify({
      ...{ id: `check-${n}`, checked_at: minute(n), trigger: "arrival", rule: `rule-${n % 3}`, rule_version: "1" },
      ...{
        entity: n % 2 ? "DE01" : "FR01",
        period: PERIOD,
        state: n % 5 ? "tied" : "off",
        first_off: "",
        difference: "",
      },
      ...{
        currency: "EUR",
        breaks: 0,
        canary: "found",
        verdict_digest: "d",
        fingerprint: `f${n}`,
        findings: "[]",
        inputs: "[]",
      },
      ...{ question: "total.of-report", basis: `{"n":${n}}` },
    }),
  );
}

/** Read and never recorded, as where a stop cut it short. */
const CUT_SHORT = {
  load: "00000000-0000-7000-8000-000000000003",
  bucket: 1,
  key_hash: "1",
  row_hash: "1",
  key: "D1",
  amount: "1",
  currency: "EUR",
  dimensions: "1",
};

/** Of the right side every hundredth line has another amount. */
async function loadLines(clickhouse: ClickHouse, folder: string): Promise<void> {
  const { layout, format } = Declaration.parse({
    ...{ dataset: "ledger", entity: "DE01", period: PERIOD, runId: "run-1-1", format: "csv" },
    layout: { key: { document: "document" }, dimensions: { account: "account" } },
  });
  for (const [side, load] of LOADS.entries()) {
    const rows = Array.from({ length: 3_000 }, (_, n) => {
      const amount = side === 1 && n % 100 === 0 ? `${n}.75` : `${n}.50`;
      return `D${n},${400_000 + (n % 7)},EUR,${amount}`;
    });
    const path = join(folder, `${load}.csv`);
    writeFileSync(path, ["document,account,currency,amount", ...rows, ""].join("\n"));
    const pattern = { amountPattern: amountPattern(layout), plainAmounts: isPlain(layout) };
    await clickhouse.insertFile(linesInsert({ load, path, format, layout, currencies: ["EUR"], ...pattern }));
    const flaw = { load, row: 7, column: "amount", reason: "not an amount", fields: "{}" };
    await clickhouse.insertLines("line_flaws", JSON.stringify(flaw));
    const extract = {
      ...{ load, dataset: "ledger", entity: "DE01", period: PERIOD, version: "actual", run_id: `run-1-${side}` },
      ...{ as_of: minute(1), part: 1, parts: 1, format, sha256: `s${side}`, received_at: minute(2 + side) },
      ...{ received_from: "key:x", state: side ? "loaded" : "flawed", reason: "", rows: rows.length, flaws: 1 },
      ...{ sums: [], key_columns: ["document"], dimensions: ["account"], verified: [], layout: "l" },
    };
    await clickhouse.insertLines("line_extracts", JSON.stringify(extract));
  }
  await clickhouse.insertLines("lines", JSON.stringify(CUT_SHORT));
}

const EVER = { since: "2020-01-01T00:00:00.000Z", until: "2100-01-01T00:00:00.000Z" };
const RUN = { jobNamespace: "cpi://m", jobName: "OUT 3", runId: "run-3-1" };
const JOBS_ASKED = Array.from({ length: JOBS }, (_, job) => jobOf(job).name);
const CPI = JOBS_ASKED.map(() => "cpi://m");
const RUNS_ASKED = JOBS_ASKED.map((_, job) => `run-${job}-1`);
const ACTUALS = { namespace: "anaplan://m", name: "Actuals 3" };

/** What every question is asked with, by the names of its parameters. */
const USUAL: Record<string, unknown> = {
  ...{
    ...RUN,
    ...ACTUALS,
    ...EVER,
    entity: "DE01",
    period: PERIOD,
    version: "actual",
    account: "",
    rule: "",
    state: "",
  },
  ...{
    entities: ["DE01", "FR01"],
    allEntities: true,
    datasets: [],
    nodes: [],
    rules: [],
    limit: 200,
    offset: 2,
    most: 5,
  },
  ...{ asOf: "2099-01-01T00:00:00.000Z", knownAt: EVER.until, effectiveAt: EVER.until, by: EVER.until },
  ...{ takenAt: minute(40), at: "2026-11-04T09:08:00.000Z", each: 3, rows: 20 },
  ...{ namespaces: CPI, names: JOBS_ASKED, jobs: JOBS_ASKED, runIds: RUNS_ASKED },
  ...{ jobNamespaces: CPI, jobNames: JOBS_ASKED, correlationId: "GLA-1", prefix: "GLA-" },
  ...{ left: [LOADS[0]], right: [LOADS[1]], loads: LOADS, ids: LOADS, load: LOADS[0], from: 0, to: 65_536 },
  ...{
    leftDimensions: [1],
    rightDimensions: [1],
    leftSign: 1,
    rightSign: 1,
    buckets: Array.from({ length: 1_500 }, (_, n) => n * 43),
  },
  ...{ accountAt: 2, filterFrom: ["400001"], filterTo: ["400005"], keyColumns: 1, rekeyed: false, digits: 2 },
  ...{
    memberFrom: ["-"],
    memberTo: ["-"],
    exceptFrom: ["-"],
    exceptTo: ["-"],
    kinds: ["-"],
    rateOf: ["-"],
    rates: ["-"],
  },
  ...{ translatedTo: "EUR", leftPlaces: [2], rightPlaces: [2], dataset: "ledger", openOnly: false, part: 1 },
  ...{ sha256: "s1", layout: "l", fields: ["*"], direction: "up", ascending: true, document: "D100", value: "400001" },
  ...{ origin: "", destination: "", eventTime: "1970-01-01 00:00:00.000", eventId: "" },
  ...{ beforeAt: EVER.until, beforeId: "~" },
};

/** Names that mean something else to some questions. */
const OTHERWISE: Record<string, Record<string, unknown>> = {
  "event.after": { jobNamespace: "", jobName: "", runId: "" },
  "event.page": { after: EVER.since, before: EVER.until },
  "event.count-between": { after: EVER.since, before: EVER.until },
  "event.of-job-at": { namespace: "cpi://m", name: "OUT 3" },
  "run.page-of-job": { namespace: "cpi://m", name: "OUT 3" },
  "run.count-of-job": { namespace: "cpi://m", name: "OUT 3" },
  "run-io.shapes-of-job": { namespace: "cpi://m", name: "OUT 3" },
  "run-io.that-wrote": { runId: "" },
  "run-io.count-that-wrote": { runId: "" },
  "line-extract.same": { runId: "run-1-1" },
  "line-extract.of-runs": { runIds: ["run-1-0", "run-1-1"] },
  "total.of-report": { runId: "run-3-1", asOf: minute(12) },
  "trace.reports": { namespaces: JOBS_ASKED.map(() => "anaplan://m"), names: JOBS_ASKED.map((_, n) => `Actuals ${n}`) },
  "trace.totals": { namespaces: JOBS_ASKED.map(() => "anaplan://m"), names: JOBS_ASKED.map((_, n) => `Actuals ${n}`) },
  "lineage-column.from": { nodes: ["dataset:anaplan://m:Actuals 3"] },
  "trace.naming": { names: ["D30", "D31", "run-3-1"], kinds: ["document", "run", "member"] },
  "trace.received": { from: EVER.since, to: EVER.until },
  "trace.lines-behind": { at: 1 },
  "trace.lines-keyed": { at: 1, value: "D100" },
  "lineage-step.evidence": { origin: "dataset:cpi://m:OUT", destination: "job:cpi://m:OUT 3" },
};

/** What a question is asked with: what is stored by its ids, the next page after a key. */
export function askedWith(
  { name: question, params }: Question<z.ZodObject, z.ZodType>,
  stored: { eventIds: readonly string[]; quarantined: string },
  after?: readonly string[],
): Record<string, unknown> {
  const id = question.startsWith("quarantine.") ? stored.quarantined : "check-3";
  const given = { id, eventIds: stored.eventIds, ...(after && { after }) };
  const all: Record<string, unknown> = { ...USUAL, ...given, ...OTHERWISE[question] };
  return Object.fromEntries(
    Object.keys(params.shape).map((name) => {
      if (!(name in all)) throw new Error(`Say what ${question} is asked with for ${name}, in test/spread-scene.ts.`);
      return [name, all[name]];
    }),
  );
}
