import * as fc from "fast-check";

const SIGNED = { _producer: "https://example.com/loader", _schemaURL: "https://example.com/facet.json" };
const JOBS = [
  { namespace: "cpi://m", name: "OUT DE01" },
  { namespace: "anaplan://m", name: "Load Actuals DE01" },
];
const minute = fc.nat(3).map((at) => `2026-11-04T13:0${at}:00.000Z`);
const decimal = fc.constantFrom("0", "-0.00", "12.50", "12.5", "-99999999999999999999999999.999999999999", "7");

const position = fc.record({
  entity: fc.constantFrom("DE01", "FR01"),
  ledger: fc.constantFrom("0L", "2L"),
  period: fc.constantFrom("2026-09", "2026-10"),
  completeThrough: fc.option(minute, { nil: undefined }),
  snapshotAsOf: fc.option(minute, { nil: undefined }),
});
const total = fc.record({
  entity: fc.constantFrom("DE01", "FR01"),
  period: fc.constant("2026-10"),
  account: fc.constantFrom("", "400000"),
  currency: fc.constantFrom("EUR", "USD"),
  measure: fc.constantFrom("count", "net"),
  value: decimal,
  correlationId: fc.option(fc.constantFrom("GLA-1", "GLA-2"), { nil: undefined }),
});
const output = fc.record({
  namespace: fc.constantFrom("cpi://m", "anaplan://m"),
  name: fc.constantFrom("OUT", "Actuals 🌍"),
  facets: fc.record(
    {
      tieout_position: fc.array(position, { maxLength: 2 }).map((positions) => ({ ...SIGNED, positions })),
      tieout_controlTotals: fc
        .tuple(minute, fc.array(total, { maxLength: 3 }))
        .map(([asOf, totals]) => ({ ...SIGNED, asOf, totals })),
    },
    { requiredKeys: [] },
  ),
});
const other = fc.record({
  job: fc.constantFrom(...JOBS),
  run: fc.record({ runId: fc.constantFrom("r1", "r2", "r3") }),
});
const runFacets = fc.record(
  {
    tieout_outcome: fc.constantFrom("COMPLETE", "ERROR").map((vendorStatus) => ({ ...SIGNED, vendorStatus })),
    tieout_correlation: fc
      .record({ correlationId: fc.constantFrom("GLA-1", "GLA-2"), attempt: fc.integer({ min: 1, max: 3 }) })
      .map((facet) => ({ ...SIGNED, ...facet })),
    tieout_exceptions: fc.constantFrom("😀", "\uFFFD", "CC 4711").map((message) => ({
      ...SIGNED,
      exceptions: [{ code: "unmapped-member", class: "business", message }],
    })),
    errorMessage: fc.constantFrom("out of space", "token expired").map((message) => ({ ...SIGNED, message })),
    parent: fc.constantFrom("p1", "p2").map((runId) => ({ ...SIGNED, run: { runId }, job: JOBS[0] })),
    jobDependencies: fc.array(other, { maxLength: 2 }).map((upstream) => ({ ...SIGNED, upstream })),
  },
  { requiredKeys: [] },
);

/** Events of a few runs in few instants, so that they often meet in time, run, dataset and grain. */
export const collidingEvents = fc.array(
  fc.record({
    eventTime: minute,
    eventType: fc.constantFrom("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER", undefined),
    producer: fc.constant("https://example.com/loader"),
    run: fc.record({ runId: fc.constantFrom("r1", "r2", "r3"), facets: runFacets }),
    job: fc.constantFrom(...JOBS),
    inputs: fc.array(output, { maxLength: 1 }),
    outputs: fc.array(output, { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 20 },
);
