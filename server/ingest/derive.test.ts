import Big from "big.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvent } from "../../schemas/event/read-event.ts";
import { plainDecimal } from "./derive-figures.ts";
import { prepare } from "./prepare.ts";

const signed = { _producer: "p", _schemaURL: "s" };
const base = { eventTime: "2026-11-04T13:20:00.000Z", producer: "p", schemaURL: "s" };
const job = { namespace: "cpi://m", name: "OUT DE01" };
const source = { namespace: "s4://m", name: "EXTRACT" };
const target = { namespace: "cpi://m", name: "OUT" };

function prepared(event: object) {
  const reading = readEvent({ ...base, ...event });
  if (!reading.ok) throw new Error(reading.reason);
  const arrival = { eventId: "e", receivedAt: base.eventTime, door: "lineage", source: "t", envelope: "", raw: "" };
  return prepare(reading.lineage, reading.warnings, arrival);
}
function ofRun(facets: object, outputs: object[] = []) {
  return prepared({ eventType: "COMPLETE", run: { runId: "r1", facets }, job, inputs: [source], outputs });
}

describe("lineage", () => {
  const whole = ["told-inputs", "told-outputs"].map((how) => ({
    origin: "",
    destination: "job:cpi://m:OUT DE01",
    how,
    via: "",
  }));
  const finer = (row: ReturnType<typeof ofRun>) => row.steps.filter(({ via }) => via !== "");
  const own = { destination: "dataset:cpi://m:OUT", via: "job:cpi://m:OUT DE01" };

  test("inputs and outputs meet in the job; a completed run has told them all", () => {
    expect(ofRun({}, [target]).steps).toEqual([
      { origin: "dataset:s4://m:EXTRACT", destination: "job:cpi://m:OUT DE01", how: "io", via: "" },
      { origin: "job:cpi://m:OUT DE01", destination: "dataset:cpi://m:OUT", how: "io", via: "" },
      ...whole,
    ]);
    const started = prepared({ eventType: "START", run: { runId: "r1" }, job, inputs: [source, source] });
    expect(started.steps).toHaveLength(1);
  });

  test("columns and explicit lineage tell dataset to dataset, each step once, and that they told", () => {
    const fields = { a: { inputFields: [{ ...source, field: "x" }] }, b: { inputFields: [{ ...source, field: "y" }] } };
    const made = [{ type: "DIRECT", subtype: "IDENTITY", description: "as it is" }];
    const facets = {
      columnLineage: { ...signed, fields },
      lineage: {
        ...signed,
        inputs: [{ ...source, type: "DATASET" }],
        fields: { a: { inputs: [{ type: "JOB" }, { ...source, type: "DATASET", field: "x", transformations: made }] } },
      },
    };
    const row = ofRun({}, [{ ...target, facets }]);
    expect(finer(row)).toEqual([
      { origin: "", how: "explicit", ...own },
      { origin: "dataset:s4://m:EXTRACT", how: "explicit", ...own },
      { origin: own.via, how: "explicit", ...own },
      { origin: "", how: "column", ...own },
      { origin: "dataset:s4://m:EXTRACT", how: "column", ...own },
    ]);
    expect(
      row.columns.map(({ originField, destinationField, how, kind, text }) => [
        originField,
        destinationField,
        how,
        kind,
        text,
      ]),
    ).toEqual([
      ["x", "a", "explicit", "DIRECT", "as it is"],
      ["x", "a", "column", "", ""],
      ["y", "b", "column", "", ""],
    ]);
  });

  test("a job's own lineage names its targets; nothing at all is a statement too", () => {
    const entries = [{ ...target, type: "DATASET", inputs: [{ ...source, type: "DATASET" }] }, { type: "JOB" }];
    const row = prepared({ job: { ...job, facets: { lineage: { ...signed, entries } } } });
    expect(row.steps).toEqual([
      { origin: "", how: "explicit", ...own },
      { origin: "dataset:s4://m:EXTRACT", how: "explicit", ...own },
      { origin: "", destination: own.via, how: "explicit", via: own.via },
    ]);
  });

  test("other names, comings and goings, and the job it belongs to", () => {
    const identifiers = [{ namespace: "hive://m", name: "out", type: "TABLE" }];
    const before = { namespace: "cpi://m", name: "OUT:OLD" };
    const facets = {
      symlinks: { ...signed, identifiers },
      lifecycleStateChange: { ...signed, lifecycleStateChange: "RENAME", previousIdentifier: before },
    };
    const parent = { ...signed, run: { runId: "r0" }, job: { namespace: "cpi://m", name: "NIGHT" } };
    const row = ofRun({ parent }, [{ ...target, facets }]);
    expect(row.steps.filter(({ how }) => ["alias", "renamed", "parent"].includes(how))).toEqual([
      { origin: "", destination: "dataset:cpi://m:OUT", how: "alias", via: "" },
      { origin: "dataset:hive://m:out", destination: "dataset:cpi://m:OUT", how: "alias", via: "" },
      { origin: "dataset:cpi://m:OUT%3AOLD", destination: "dataset:cpi://m:OUT", how: "renamed", via: "" },
      { origin: "job:cpi://m:NIGHT", destination: "job:cpi://m:OUT DE01", how: "parent", via: "" },
    ]);
    for (const [change, how] of [
      ["DROP", "dropped"],
      ["CREATE", "created"],
    ]) {
      const lifecycleStateChange = { ...signed, lifecycleStateChange: change };
      const steps = prepared({ dataset: { ...target, facets: { lifecycleStateChange } } }).steps;
      expect(steps).toEqual([{ origin: "", destination: "dataset:cpi://m:OUT", how, via: "" }]);
    }
  });

  test("facets of another shape, and those taken back, add nothing", () => {
    const facets = { columnLineage: { fields: [null] }, lineage: { inputs: "x", fields: { a: 1 } } };
    expect(finer(ofRun({}, [{ ...target, facets }])).filter(({ origin }) => origin !== "")).toEqual([]);
    const deleted = { lineage: { ...signed, _deleted: true, inputs: [{ ...source, type: "DATASET" }] } };
    expect(finer(ofRun({}, [{ ...target, facets: deleted }]))).toEqual([]);
    const loop = ofRun({}, [
      { ...source, facets: { lineage: { ...signed, inputs: [{ ...source, type: "DATASET" }] } } },
    ]);
    expect(finer(loop).map(({ origin }) => origin)).toEqual([""]);
  });
});

describe("figures", () => {
  const position = { entity: "DE01", ledger: "0L", period: "2026-10", version: "actual" };
  const completeThrough = "2026-11-04T12:00:00.000Z";
  const at = { tieout_position: { ...signed, positions: [{ ...position, completeThrough }] } };

  test("a position that has not delivered names the target and is no watermark", () => {
    const waiting = ofRun({}, [{ ...target, facets: { tieout_position: { ...signed, positions: [position] } } }]);
    expect(waiting.watermarks).toEqual([]);
    expect(waiting.io).toContainEqual({ direction: "output", ...target, entity: "DE01", period: "2026-10" });
    expect(ofRun({}, [{ ...target, facets: at }]).watermarks).toEqual([
      { ...target, ...position, completeThrough, snapshotAsOf: null },
    ]);
  });

  test("a dataset event speaks for its dataset, a job event for none", () => {
    const outputs = [{ ...target, facets: at }];
    expect(prepared({ dataset: outputs[0] })).toMatchObject({
      kind: "dataset",
      runId: "",
      watermarks: [{ entity: "DE01" }],
    });
    expect(prepared({ job, outputs })).toMatchObject({ kind: "job", watermarks: [], io: [] });
  });

  test("a grain stated twice is warned of, the last value holds", () => {
    const total = { ...position, account: "400000", currency: "EUR", measure: "net" };
    const totals = [
      { ...total, value: "1.00" },
      { ...total, value: "2.50" },
    ];
    const facets = { tieout_controlTotals: { ...signed, asOf: completeThrough, totals } };
    const row = ofRun({}, [{ ...target, facets }]);
    expect(row.totals.map(({ value }) => value)).toEqual(["2.5"]);
    expect(row.warnings.map(({ message }) => message)).toContain(
      "1 control total(s) state a grain that was stated before; the last value was used.",
    );
  });

  test("one decimal has one text", () => {
    const decimal = fc.stringMatching(/^-?[0-9]{1,26}(\.[0-9]{1,12})?$/);
    fc.assert(
      fc.property(decimal, (text) => {
        expect(plainDecimal(text)).toBe(new Big(text).toFixed().replace(/^-0$/, "0"));
      }),
    );
  });
});

describe("correlations", () => {
  const tieout_correlation = { ...signed, correlationId: "GLA-1" };
  const fed = { job: { namespace: "s4://m", name: "EXTRACT DE01" }, run: { runId: "up" } };
  const feeds = { job: { namespace: "anaplan://m", name: "Load" }, run: { runId: "down" } };

  test("a run ties itself and the runs it names", () => {
    const jobDependencies = { ...signed, upstream: [fed, { job: fed.job }], downstream: [feeds, null] };
    expect(ofRun({ tieout_correlation, jobDependencies }).correlations).toEqual([
      { correlationId: "GLA-1", how: "carried", jobNamespace: job.namespace, jobName: job.name, runId: "r1" },
      { correlationId: "GLA-1", how: "linked", jobNamespace: "s4://m", jobName: "EXTRACT DE01", runId: "up" },
      { correlationId: "GLA-1", how: "linked", jobNamespace: "anaplan://m", jobName: "Load", runId: "down" },
    ]);
  });

  test("figures carry them too", () => {
    const total = { entity: "DE01", period: "2026-10", measure: "count", value: "7", correlationId: "GLA-2" };
    const facets = {
      tieout_controlTotals: { ...signed, asOf: base.eventTime, totals: [total, { ...total, measure: "net" }] },
    };
    expect(ofRun({}, [{ ...target, facets }]).correlations).toEqual([
      { correlationId: "GLA-2", how: "in-data", jobNamespace: job.namespace, jobName: job.name, runId: "r1" },
    ]);
  });
});
