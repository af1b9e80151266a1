import { Estate } from "../schemas/estate/estate.ts";

/** Three entities, two systems and one flow into planning: for tests of people and requests. */
export const PLANNING_ESTATE: Estate = Estate.parse({
  estate: { name: "small", title: "Small group", currency: "EUR", zone: "Europe/Berlin" },
  entities: [
    { id: "DE01", name: "Small Works", country: "DE", currency: "EUR", zone: "Europe/Berlin" },
    { id: "DE02", name: "Small Sales", country: "DE", currency: "EUR", zone: "Europe/Berlin" },
    { id: "US01", name: "Small Inc.", country: "US", currency: "USD", zone: "America/New_York" },
  ],
  calendars: [{ id: "DE", country: "DE" }],
  close: {
    calendar: "DE",
    milestones: [
      { id: "done", title: "Done", workDay: 5, at: "18:00", gate: { kind: "predecessors" }, owner: "controller" },
    ],
    groupDeadline: { workDay: 6, at: "12:00" },
  },
  systems: [
    { id: "erp", title: "ERP", kind: "erp", collector: "erp", namespace: "erp://small", connection: {} },
    { id: "plan", title: "Planning", kind: "planning", collector: "plan", namespace: "plan://small", connection: {} },
  ],
  datasets: [
    {
      id: "ledger",
      title: "Ledger",
      system: "erp",
      name: "LEDGER",
      kind: "source",
      systemOfRecord: true,
      owner: "controller",
    },
    { id: "actuals", title: "Actuals", system: "plan", name: "Actuals", kind: "plan", owner: "analyst" },
    { id: "shown", title: "Shown", system: "plan", name: "Shown", kind: "report", owner: "analyst" },
  ],
  flows: [
    {
      id: "actuals",
      title: "Actuals to planning",
      pattern: "batch",
      cadence: { daily: ["06:00"] },
      latencyTier: "daily",
      criticality: "close-critical",
      freshness: { dueMinutes: 60, staleMinutes: 240 },
      entities: ["DE01", "DE02"],
      source: "ledger",
      hops: [
        {
          dataset: "actuals",
          job: "Load Actuals {entity}",
          title: "Planning",
          rerun: { job: "Load Actuals {entity}", parameters: { period: "{period}" } },
        },
        { dataset: "shown", job: "Show", title: "Report" },
      ],
      owner: "engineer",
    },
  ],
  reconciliations: [],
  mappings: [],
  reports: [],
  routes: [],
  runbooks: [],
});
