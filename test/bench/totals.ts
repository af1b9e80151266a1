import { Estate } from "../../schemas/estate/estate.ts";
import type { Facts } from "../../schemas/facts.ts";
import type { Total } from "../../schemas/run.ts";
import { dueChecks } from "../../server/breaks/due-checks.ts";
import { createKnownFigures } from "../../server/facts/known-figures.ts";
import { atMost, defineBench } from "./bench.ts";
import { random } from "./random.ts";

const ENTITIES = 200;
const FLOWS = 100;
const RULES_PER_FLOW = 10;
const ACCOUNTS = ["400000", "500000"];
const MEASURES = ["count", "debit", "credit", "net"] as const;
const PERIOD = "2026-10";
/** One report in a hundred differs from the hop before. */
const DIFFERING = 0.01;
const NOW = new Date("2026-11-06T12:00:00.000Z");

export const totals = defineBench({
  name: "totals",
  title: `${(FLOWS * RULES_PER_FLOW).toLocaleString("en")} rules × ${ENTITIES} entities judged anew after every control total changed`,
  unit: "s",
  goal: atMost(2),
  reference: "the same decimal texts compared one by one as floating point, and nothing else",
  run: async ({ say }) => {
    const estate = wideEstate();
    const facts = widely(estate);
    say("figures are in");
    const begun = performance.now();
    let checks = 0;
    let off = 0;
    for (const { checked } of dueChecks({ estate, facts, clock: { now: () => NOW } }, () => undefined, new Map())) {
      checks++;
      if (checked.state === "off") off++;
    }
    const value = (performance.now() - begun) / 1000;
    const wanted = FLOWS * RULES_PER_FLOW * ENTITIES;
    if (checks < wanted || off === 0) throw new Error(`${checks} of ${wanted} checks were made, ${off} found a break.`);
    return { value, reference: barely(estate, facts) };
  },
});

const DONE = {
  ...{ id: "done", title: "Done", workDay: 5, at: "18:00", owner: "controller" },
  gate: { kind: "signoff", role: "controller" },
};

function wideEstate(): Estate {
  const owner = "accountant";
  const flows = Array.from({ length: FLOWS }, (_, at) => `flow-${at}`);
  return Estate.parse({
    estate: { name: "wide", title: "Wide group", currency: "EUR", zone: "Europe/Berlin" },
    entities: Array.from({ length: ENTITIES }, (_, at) => ({
      id: `E${at}`,
      name: `Entity ${at}`,
      country: "DE",
      currency: "EUR",
      zone: "Europe/Berlin",
    })),
    calendars: [{ id: "germany", country: "DE" }],
    close: { calendar: "germany", milestones: [DONE], groupDeadline: { workDay: 6, at: "18:00" } },
    systems: [{ id: "s", title: "System", kind: "erp", collector: "s", namespace: "s://wide", connection: {} }],
    datasets: flows.flatMap((flow) =>
      ["source", "target"].map((side) => ({
        ...{ id: `${flow}-${side}`, title: side, system: "s", name: `${flow}-${side}`, kind: "staging", owner },
      })),
    ),
    flows: flows.map((id) => ({
      ...{ id, title: id, pattern: "batch", cadence: {}, latencyTier: "daily", criticality: "important", owner },
      freshness: { dueMinutes: 60, staleMinutes: 120 },
      hops: ["source", "target"].map((side) => ({ dataset: `${id}-${side}`, job: side, title: side })),
    })),
    reconciliations: flows.flatMap((flow) =>
      Array.from({ length: RULES_PER_FLOW }, (_, at) => ({
        ...{ id: `${flow}-${at}`, title: flow, flow, legs: [`${flow}-source`, `${flow}-target`], owner },
        grain: at % 2 === 0 ? ["entity", "ledger", "account", "currency"] : ["entity", "currency"],
        tolerance: { absolute: String(at) },
      })),
    ),
    ...{ mappings: [], reports: [], routes: [], runbooks: [] },
  });
}

function widely(estate: Estate): Facts {
  const figures = createKnownFigures(2);
  const next = random(7);
  const at = "2026-11-05T09:00:00.000Z";
  for (const flow of estate.flows) {
    for (const { id: entity } of estate.entities) {
      const amounts = ACCOUNTS.map(() => [Math.floor(next() * 9_000), next() * 1e7, next() * 1e6] as const);
      const off = next() < DIFFERING ? 17.5 : 0;
      for (const [side, name] of flow.hops.map(({ dataset }) => dataset).entries()) {
        const told = ACCOUNTS.flatMap((account, place) => {
          const [count, debit, credit] = amounts[place]!;
          const moved = debit + (side === 1 && place === 0 ? off : 0);
          const values = [String(count), moved.toFixed(2), credit.toFixed(2), (moved - credit).toFixed(2)];
          return MEASURES.map((measure, of): Total => ({
            ...{ namespace: "s://wide", name, entity, ledger: "0L", period: PERIOD, version: "actual", account },
            ...{ currency: "EUR", measure, value: values[of]!, asOf: at, runId: "r", correlationId: null },
          }));
        });
        figures.addReport({ at, rank: 0, eventId: `${name} ${entity}`, totals: told });
      }
    }
  }
  return {
    ...{ watermark: figures.watermark, totals: figures.totals, periods: figures.periods },
    ...{ runsInto: () => [], run: () => null, correlated: () => [], version: () => 1 },
  } as unknown as Facts;
}

/** Seconds to tell for every rule and entity whether each text is the other, as a number. */
function barely(estate: Estate, facts: Facts): number {
  const begun = performance.now();
  let same = 0;
  for (const { legs } of estate.reconciliations) {
    for (const { id } of estate.entities) {
      const [from = [], to = []] = legs.map((name) =>
        facts.totals({ namespace: "s://wide", name }, id, PERIOD, "actual"),
      );
      for (const [at, total] of from.entries()) if (Number(total.value) === Number(to[at]?.value)) same++;
    }
  }
  if (same === 0) throw new Error("Nothing was compared.");
  return (performance.now() - begun) / 1000;
}
