import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";

const DEMO = resolve(import.meta.dirname, "../estates/meridian/systems.yaml");
const SIGNED = { _producer: "https://example.com/erp", _schemaURL: "https://example.com/facet.json" };
const LEDGER = { namespace: "s4://meridian-prd", name: "LEDGER" };
const PLAN = { namespace: "anaplan://meridian", name: "PLAN" };

/** The close before the last, so that all its deadlines have passed whatever today is. */
export const PERIOD = monthsAgo(2);

/**
 * Writes an estate whose systems are never read: all that is known comes in at the door. One entity; figures in, tied
 * out, period closed, signed off.
 */
export function writePushedEstate(): { directory: string; env: Record<string, string> } {
  const systems = (parse(readFileSync(DEMO, "utf8")) as { systems: { id: string; connection: object }[] }).systems
    .filter(({ id }) => ["s4", "anaplan"].includes(id))
    .map((system) => ({ ...system, pollSeconds: 86_400 }));
  const directory = mkdtempSync(join(tmpdir(), "tieout-pushed-"));
  writeFileSync(join(directory, "estate.yaml"), stringify({ ...SECTIONS, systems }));
  const variables = systems.flatMap(({ connection }) => Object.values(connection) as string[]);
  return { directory, env: Object.fromEntries(variables.map((variable) => [variable, "http://127.0.0.1:9"])) };
}

/** What the ledger holds at an instant, as its system would push it. */
export function ledgerEvent(at: string, net: string): object {
  return { eventTime: at, ...HEAD, dataset: { ...LEDGER, facets: figures(at, net) } };
}

/** Whether the ledger takes postings, as its system would push it. */
export function statusEvent(at: string, status: string, native: string): object {
  const statuses = [{ entity: "DE01", ledger: "0L", period: PERIOD, status, native }];
  return { eventTime: at, ...HEAD, dataset: { ...LEDGER, facets: { tieout_periodStatus: { ...SIGNED, statuses } } } };
}

/** A whole load of the plan from a snapshot, one event. */
export function loadEvent(at: string, net: string, runId: string): object {
  return {
    ...{ eventTime: at, eventType: "COMPLETE", ...HEAD },
    job: { namespace: PLAN.namespace, name: "Load DE01" },
    run: { runId, facets: { tieout_outcome: { ...SIGNED, vendorStatus: "COMPLETE", rowsWritten: 2 } } },
    inputs: [LEDGER],
    outputs: [{ ...PLAN, facets: figures(at, net) }],
  };
}

const HEAD = { producer: SIGNED._producer, schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json" };

function figures(at: string, net: string) {
  const place = { entity: "DE01", ledger: "0L", period: PERIOD };
  const total = (measure: string, value: string) => ({ ...place, account: "400000", currency: "EUR", measure, value });
  const totals = [total("count", "2"), total("debit", net), total("credit", "0"), total("net", net)];
  return {
    tieout_position: { ...SIGNED, positions: [{ ...place, completeThrough: at, snapshotAsOf: at }] },
    tieout_controlTotals: { ...SIGNED, asOf: at, totals },
  };
}

function monthsAgo(count: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
}

const SECTIONS = {
  estate: { name: "pushed", title: "Pushed", currency: "EUR", zone: "Europe/Berlin" },
  entities: [{ id: "DE01", name: "Eins GmbH", country: "DE", currency: "EUR", zone: "Europe/Berlin" }],
  calendars: [{ id: "germany", country: "DE" }],
  datasets: [
    {
      ...{ id: "ledger", title: "Universal journal", system: "s4", name: LEDGER.name },
      ...{ kind: "source", systemOfRecord: true, owner: "accountant" },
    },
    { id: "plan", title: "Actuals", system: "anaplan", name: PLAN.name, kind: "plan", owner: "analyst" },
  ],
  flows: [
    {
      ...{ id: "actuals", title: "Actuals to planning", pattern: "batch", latencyTier: "daily" },
      ...{ cadence: { daily: ["06:00"] }, criticality: "close-critical", source: "ledger", owner: "engineer" },
      freshness: { dueMinutes: 1500, staleMinutes: 3000 },
      hops: [{ dataset: "plan", job: "Load {entity}", title: "Load" }],
    },
  ],
  reconciliations: [
    {
      ...{ id: "tie-out", title: "Ledger to plan", flow: "actuals", legs: ["ledger", "plan"], owner: "accountant" },
      grain: ["entity", "ledger", "account", "currency"],
    },
  ],
  close: {
    calendar: "germany",
    groupDeadline: { workDay: 6, at: "18:00" },
    milestones: [
      {
        ...{ id: "in", title: "Actuals in", workDay: 1, at: "18:00", owner: "accountant" },
        gate: { kind: "flow", flow: "actuals", cutOff: { workDay: 1, at: "08:00" } },
      },
      {
        ...{ id: "ties", title: "Ties out", workDay: 2, at: "18:00", after: ["in"], owner: "accountant" },
        gate: { kind: "reconciliation", reconciliation: "tie-out" },
      },
      {
        ...{ id: "closed", title: "Period closed", workDay: 4, at: "18:00", after: ["ties"], owner: "controller" },
        gate: { kind: "period-status", status: "closed" },
      },
      {
        ...{ id: "signed", title: "Signed off", workDay: 5, at: "18:00", after: ["closed"], owner: "controller" },
        gate: { kind: "signoff", role: "controller" },
      },
    ],
  },
};
