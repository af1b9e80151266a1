import { Estate } from "../schemas/estate/estate.ts";

const hop = (dataset: string, job: string, title: string) => ({ dataset, job, title, rerun: { job } });

const SECTIONS = {
  estate: { name: "small", title: "Small", currency: "EUR", zone: "Europe/Berlin" },
  entities: [
    { id: "DE01", name: "Eins GmbH", country: "DE", currency: "EUR", zone: "Europe/Berlin", materiality: "100.00" },
    { id: "US01", name: "One Inc", country: "US", currency: "USD", zone: "America/New_York" },
  ],
  calendars: [{ id: "germany", country: "DE" }],
  close: {
    calendar: "germany",
    groupDeadline: { workDay: 6, at: "18:00" },
    milestones: [
      {
        id: "actuals",
        title: "Actuals in",
        workDay: 1,
        at: "18:00",
        gate: { kind: "flow", flow: "actuals", through: "plan", cutOff: { workDay: 1, at: "10:00" } },
        owner: "accountant",
      },
      {
        id: "accruals",
        title: "Accruals",
        workDay: 2,
        at: "18:00",
        after: ["actuals"],
        gate: { kind: "flow", flow: "actuals", through: "plan", cutOff: { workDay: 2, at: "12:00" } },
        owner: "accountant",
      },
      {
        id: "ties",
        title: "Ties out",
        workDay: 3,
        at: "18:00",
        after: ["accruals"],
        gate: { kind: "reconciliation", reconciliation: "tie-out" },
        owner: "accountant",
      },
      {
        id: "pack",
        title: "Pack",
        workDay: 5,
        at: "12:00",
        after: ["ties"],
        gate: { kind: "predecessors" },
        owner: "controller",
      },
    ],
  },
  systems: [
    { id: "erp", title: "SAP S/4HANA", kind: "erp", collector: "x", namespace: "erp://small", connection: {} },
    {
      id: "hub",
      title: "Integration Suite",
      kind: "middleware",
      collector: "x",
      namespace: "hub://small",
      connection: {},
    },
    {
      id: "planning",
      title: "Anaplan",
      kind: "planning",
      collector: "x",
      namespace: "planning://small",
      connection: {},
    },
    { id: "bi", title: "Power BI", kind: "bi", collector: "x", namespace: "bi://small", connection: {} },
  ],
  datasets: [
    {
      id: "ledger",
      title: "Ledger",
      system: "erp",
      name: "LEDGER",
      kind: "source",
      systemOfRecord: true,
      owner: "accountant",
    },
    { id: "extract", title: "Extract", system: "erp", name: "EXTRACT", kind: "staging", owner: "engineer" },
    { id: "message", title: "Message", system: "hub", name: "MESSAGE", kind: "staging", owner: "engineer" },
    { id: "plan", title: "Actuals", system: "planning", name: "PLAN", kind: "plan", owner: "analyst" },
    { id: "board", title: "Close dashboard", system: "bi", name: "BOARD", kind: "report", owner: "analyst" },
  ],
  flows: [
    {
      id: "actuals",
      title: "Actuals to the dashboard",
      pattern: "batch",
      cadence: {
        daily: ["08:00"],
        close: { fromWorkDay: 1, toWorkDay: 4, everyMinutes: 120, from: "10:00", to: "18:00" },
        graceMinutes: 30,
      },
      latencyTier: "hourly",
      criticality: "close-critical",
      freshness: { dueMinutes: 240, staleMinutes: 360 },
      source: "ledger",
      hops: [
        hop("extract", "Extract {entity}", "Extract"),
        hop("message", "Message {entity}", "Message"),
        hop("plan", "Load {entity}", "Load"),
        hop("board", "Refresh dashboard", "Refresh"),
      ],
      owner: "engineer",
      recoveryMinutes: 120,
    },
  ],
  reconciliations: [
    {
      id: "tie-out",
      title: "Ledger to dashboard",
      flow: "actuals",
      legs: ["ledger", "extract", "message", "plan", "board"],
      owner: "accountant",
    },
  ],
  mappings: [{ id: "centres", from: "ledger", to: "plan", dimension: "Cost centre", members: [] }],
  reports: [{ id: "close-dashboard", title: "Close dashboard", datasets: ["board"], owner: "analyst" }],
  routes: [],
  runbooks: [],
};

/**
 * A small estate for tests: two entities in two zones, one flow from a ledger to a dashboard loaded at 08:00 and from
 * 10:00 to 18:00 every two hours in the close, and four milestones. `change` may replace any section.
 */
export function smallEstate(change: Partial<Record<keyof Estate, unknown>> = {}): Estate {
  return Estate.parse({ ...SECTIONS, ...change });
}
