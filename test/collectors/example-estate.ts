import type { Sandbox } from "../../collectors/sandbox.ts";
import { Estate } from "../../schemas/estate/estate.ts";
import { Scenario } from "../../sandbox/scenario.ts";

/** What feeds a system whose jobs are no extracts. */
const FEED = "feed://example";
const ENTITIES = [
  { id: "DE01", name: "Example GmbH", country: "DE", currency: "EUR", zone: "Europe/Berlin" },
  { id: "GB01", name: "Example Ltd", country: "GB", currency: "GBP", zone: "Europe/London" },
];
const FED_AT = ["06:00", "08:00", "10:00", "12:00", "14:00", "16:00"];
const SHOWN_AT = ["08:15", "10:15", "12:15", "14:15", "16:15"];
const EXTRACTS = new Set(["erp", "hr", "crm", "procurement", "files"]);

/** The smallest estate a vendor's sandbox can stand in: one system, what feeds it, two entities, one flow. */
export function exampleEstate({ collector, plays, example }: Sandbox): Estate {
  const id = example.namespace.split(":")[0]!;
  const extracts = plays ? plays === "extract" : EXTRACTS.has(example.kind);
  const system = { id, title: id, kind: example.kind, collector, namespace: example.namespace, connection: {} };
  const owned = { owner: "engineer", kind: "staging" };
  const hop = { dataset: "target", job: example.job, title: "Example" };
  return Estate.parse({
    estate: { name: "example", title: "Example", currency: "EUR", zone: "Europe/Berlin" },
    entities: ENTITIES,
    calendars: [{ id: "germany", country: "DE" }],
    close: { calendar: "germany", groupDeadline: { workDay: 6, at: "18:00" }, milestones: [MILESTONE] },
    systems: [
      ...(extracts ? [] : [{ ...system, id: "feed", title: "Feed", kind: "erp", collector: "feed", namespace: FEED }]),
      { ...system, settings: example.settings },
    ],
    datasets: [
      {
        id: "source",
        title: "Source",
        system: extracts ? id : "feed",
        name: extracts ? example.source : "LEDGER",
        ...owned,
      },
      ...(extracts ? [] : [{ id: "feed", title: "Feed", system: "feed", name: example.source, ...owned }]),
      { id: "target", title: "Target", system: id, name: example.target, ...owned },
    ],
    flows: [
      {
        ...{ id: FLOW, title: "Example", pattern: "batch", latencyTier: "hourly", criticality: "routine" },
        cadence: { daily: FED_AT, zone: "entity" },
        freshness: { dueMinutes: 240, staleMinutes: 480 },
        source: "source",
        hops: extracts ? [hop] : [{ dataset: "feed", job: "FEED {entity}", title: "Feed" }, hop],
        owner: "engineer",
      },
    ],
    ...{ reconciliations: [], mappings: [], reports: [], routes: [], runbooks: [] },
  });
}

export const FLOW = "example";
const MILESTONE = {
  ...{ id: "signed", title: "Signed", workDay: 5, at: "12:00", owner: "controller" },
  gate: { kind: "signoff", role: "controller" },
};

/** July's close on its first work day: loads every two hours, one that fails, rows refused where the vendor tells them. */
export function exampleScenario({ example, failure }: Sandbox): Scenario {
  const system = example.namespace.split(":")[0]!;
  const perEntity = example.job.includes("{entity}");
  const told = { period: "2026-07", system, flow: FLOW, note: "An example" };
  const refused = {
    ...{ kind: "rejected-rows", id: "refused", code: "unmapped-member", ...told, entity: "DE01" },
    ...{ rejection: "unmapped-member", dimension: "Cost centre", member: "7710" },
    posted: {
      from: onTheFirst("08:30"),
      to: onTheFirst("09:10"),
      documents: 2,
      rows: 5,
      amount: "8640.00",
      accounts: ["620000"],
    },
    until: onTheFirst("13:00"),
  };
  return Scenario.parse({
    ...{ title: "Example", seed: 7, netPeriod: "2026-07", batches: { [FLOW]: "EX" }, background: [] },
    from: "2026-07-31T00:00:00Z",
    startsAt: "2026-08-03T00:00:00Z",
    endsAt: "2026-08-07T00:00:00Z",
    fullCadenceFrom: "2026-07-01",
    thinned: { fromWorkDay: 1, toWorkDay: 1, at: [] },
    entities: {
      DE01: { documents: 60, net: "48123.10", costCentres: 21 },
      GB01: { documents: 40, net: "-9041.55", costCentres: 12 },
    },
    groupJobs: perEntity ? [] : [{ job: example.job, at: SHOWN_AT }],
    faults: [
      ...(example.refuses ? [refused] : []),
      {
        ...{ kind: "job-failure", id: "failed", code: "job-failed", ...told, entity: perEntity ? "GB01" : null },
        job: example.job.replaceAll("{entity}", "GB01"),
        ...{ from: onTheFirst("09:50"), until: onTheFirst("10:30") },
        error: failure ?? { code: "FAILED", message: "The target did not answer in time" },
      },
    ],
  });
}

function onTheFirst(at: string) {
  return { workDay: 1, at };
}
