import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DatasetEvent, JobEvent, RunEvent, type Reading } from "./open-lineage.ts";
import { readEvent } from "./read-event.ts";

const signed = { _producer: "https://example.com/loader", _schemaURL: "https://example.com/facet.json" };
const whole = {
  eventTime: "2026-11-04T13:20:00.000Z",
  eventType: "COMPLETE",
  producer: "https://example.com/loader",
  schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
  run: { runId: "0190c1d2-0000-7000-8000-000000000001", facets: {} },
  job: { namespace: "cpi://meridian-prd", name: "GL_ACTUALS_OUT DE01" },
  inputs: [{ namespace: "s4://meridian-prd", name: "GL_ACTUALS_EXTRACT" }],
  outputs: [{ namespace: "cpi://meridian-prd", name: "GL_ACTUALS_OUT" }],
};

/** The grammar the reader's answer must fit, whatever came in. */
function expectToFitItsGrammar(reading: Reading): void {
  if (!reading.ok) {
    expect(reading.reason).not.toBe("");
    return;
  }
  const grammar = { run: RunEvent, job: JobEvent, dataset: DatasetEvent }[reading.lineage.kind];
  expect(grammar.parse(reading.lineage.event)).toEqual(reading.lineage.event);
}

test("an event to the specification is read without a warning", () => {
  const reading = readEvent(whole);
  expect(reading).toMatchObject({ ok: true, lineage: { kind: "run" }, warnings: [] });
  expectToFitItsGrammar(reading);
});

const position = { entity: "DE01", period: "2026-10", completeThrough: "2026-11-04T12:00:00.000Z" };

describe("accepted with a warning", () => {
  test.each<[string, object, string]>([
    ["no producer", { producer: undefined }, "/producer"],
    ["no schemaURL", { schemaURL: undefined }, "/schemaURL"],
    ["a run id that is no UUID", { run: { runId: "job_42" } }, "/run/runId"],
    ["a run id that is a number", { run: { runId: 42 } }, "/run/runId"],
    ["null facets", { run: { ...whole.run, facets: null } }, "/run/facets"],
    ["a null facet", { run: { ...whole.run, facets: { parent: null } } }, "/run/facets/parent"],
    ["an unsigned facet", { run: { ...whole.run, facets: { spark: {} } } }, "/run/facets"],
    ["null inputs", { inputs: null }, "/inputs"],
    ["outputs that are no array", { outputs: {} }, "/outputs"],
    ["a dataset without a name", { outputs: [{ namespace: "x" }] }, "/outputs/0"],
    ["a time without zone", { eventTime: "2026-11-04T13:20:00" }, "/eventTime"],
    ["a time with the zone's name", { eventTime: "2026-11-04T13:20:00Z[Europe/London]" }, "/eventTime"],
    ["nanoseconds", { eventTime: "2026-11-04T13:20:00.123456789Z" }, "/eventTime"],
    ["a lower-case eventType", { eventType: "complete" }, "/eventType"],
    ["an unknown eventType", { eventType: "STARTED" }, "/eventType"],
    ["a null eventType", { eventType: null }, "/eventType"],
    ["a dataset beside the run", { dataset: { namespace: "x", name: "y" } }, "/dataset"],
    ["an eventType without a run", { run: undefined }, "/eventType"],
    [
      "a facet of ours that does not fit",
      {
        outputs: [
          {
            ...whole.outputs[0],
            facets: { tieout_position: { ...signed, positions: [{ ...position, period: "October" }] } },
          },
        ],
      },
      "/outputs/0/facets/tieout_position/positions/0/period",
    ],
  ])("%s", (_what, change, path) => {
    const reading = readEvent({ ...whole, ...change });
    if (!reading.ok) throw new Error(reading.reason);
    expect(reading.warnings.map((warning) => warning.path)).toEqual([path]);
    expectToFitItsGrammar(reading);
  });

  test("a facet that does not fit is not used, the others are", () => {
    const facets = {
      tieout_outcome: { ...signed, vendorStatus: 7 },
      tieout_correlation: { ...signed, correlationId: "GLA-2026-10-DE01-000123" },
    };
    const reading = readEvent({ ...whole, run: { ...whole.run, facets } });
    if (!reading.ok || reading.lineage.kind !== "run") throw new Error("not read");
    expect(Object.keys(reading.lineage.event.run.facets ?? {})).toEqual(["tieout_correlation"]);
  });

  test("defaults of our facets are filled in", () => {
    const facets = { tieout_position: { ...signed, positions: [position] } };
    const reading = readEvent({ ...whole, outputs: [{ ...whole.outputs[0], facets }] });
    if (!reading.ok || reading.lineage.kind !== "run") throw new Error("not read");
    expect(reading.lineage.event.outputs[0]?.facets?.tieout_position).toMatchObject({
      positions: [{ ...position, ledger: "", version: "actual" }],
    });
  });
});

describe("not accepted", () => {
  test.each<[string, unknown, string, string]>([
    ["an array", [], "Expected an event as a JSON object, got an array.", ""],
    ["null", null, "Expected an event as a JSON object, got null.", ""],
    [
      "no time",
      { ...whole, eventTime: undefined },
      "Expected eventTime as text in ISO 8601, got nothing.",
      "/eventTime",
    ],
    [
      "a number as time",
      { ...whole, eventTime: 1 },
      "Expected eventTime as text in ISO 8601, got a number.",
      "/eventTime",
    ],
    ["nonsense as time", { ...whole, eventTime: "soon" }, 'eventTime "soon" cannot be read', "/eventTime"],
    ["nothing it is about", { eventTime: whole.eventTime }, "Expected a run with its job, or a job, or a dataset", ""],
    ["a run without its id", { ...whole, run: {} }, "Expected run.runId as non-empty text, got nothing.", "/run/runId"],
    ["a run without its job", { ...whole, job: undefined }, "Expected job as an object, got nothing.", "/job"],
    [
      "a job without its name",
      { ...whole, job: { namespace: "x", name: null } },
      "Expected job.name as non-empty text, got null.",
      "/job/name",
    ],
    [
      "a dataset without its name",
      { eventTime: whole.eventTime, dataset: { namespace: "x" } },
      "Expected dataset with",
      "/dataset",
    ],
  ])("%s", (_what, value, reason, path) => {
    const reading = readEvent(value);
    if (reading.ok) throw new Error("was accepted");
    expect(reading.reason).toContain(reason);
    expect(reading.path).toBe(path);
  });
});

test("whatever comes in, the reader answers, and what it accepts fits the grammar", () => {
  const anything = fc.anything({ withDate: false, withBigInt: false, maxDepth: 3 });
  const member = <T>(usual: T) => fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>(usual) }, anything);
  const event = fc.record({
    eventTime: member(whole.eventTime),
    eventType: member("start"),
    producer: member(whole.producer),
    schemaURL: anything,
    run: fc.oneof(fc.record({ runId: member("r"), facets: member({ a: null }) }), anything),
    job: fc.oneof(fc.record({ namespace: member("n"), name: member("j"), facets: anything }), anything),
    inputs: fc.oneof(fc.array(fc.record({ namespace: member("n"), name: member("d"), facets: anything })), anything),
    dataset: member({ namespace: "n", name: "d" }),
  });
  fc.assert(
    fc.property(fc.oneof(event, anything), (value) => {
      const reading = readEvent(value);
      expectToFitItsGrammar(reading);
      expect(typeof reading.ok).toBe("boolean");
    }),
    { numRuns: 300 },
  );
});
