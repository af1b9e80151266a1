import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import type { EstateFile } from "../../schemas/estate/estate.ts";
import type { System } from "../../schemas/estate/system.ts";

/** A group as large as the close board must carry: 40 entities × 12 milestones, a flow of four hops into each. */
export const ENTITIES = 40;
const MILESTONES = 12;
const DEMO = resolve(import.meta.dirname, "../../estates/meridian");
const PLACES = [
  ["DE", "EUR", "Europe/Berlin"],
  ["FR", "EUR", "Europe/Paris"],
  ["GB", "GBP", "Europe/London"],
  ["US", "USD", "America/New_York"],
] as const;

/** The hops of the flow, in order, with the system each dataset stands in. */
export const HOPS = [
  { dataset: "extract", system: "s4", name: "EXTRACT" },
  { dataset: "message", system: "cpi", name: "MESSAGE" },
  { dataset: "plan", system: "anaplan", name: "Finance.Actuals" },
  { dataset: "report", system: "powerbi", name: "Close dashboard" },
] as const;

export interface BenchEstate {
  directory: string;
  /** What the systems' connections name; the addresses lead nowhere, so nothing is collected. */
  env: Record<string, string>;
  entities: string[];
  /** The period being closed now: last month, `YYYY-MM`. */
  period: string;
  namespaces: Record<string, string>;
}

export async function writeBenchEstate(size = { entities: ENTITIES, milestones: MILESTONES }): Promise<BenchEstate> {
  const systems = demoSystems().map((system) => ({ ...system, pollSeconds: 86_400 }));
  const entities = Array.from({ length: size.entities }, (_, index) => entityOf(index));
  const directory = await mkdtemp(join(tmpdir(), "tieout-estate-"));
  await writeFile(join(directory, "estate.yaml"), stringify({ ...estateOf(systems, size.milestones), entities }));
  const variables = systems.flatMap((system) => Object.values(system.connection));
  return {
    directory,
    env: Object.fromEntries(variables.map((variable) => [variable, "http://127.0.0.1:9"])),
    entities: entities.map((entity) => entity.id),
    period: lastMonth(new Date()),
    namespaces: Object.fromEntries(systems.map((system) => [system.id, system.namespace])),
  };
}

function demoSystems(): System[] {
  return readdirSync(DEMO)
    .filter((name) => /[.]ya?ml$/.test(name))
    .flatMap((name) => (parse(readFileSync(join(DEMO, name), "utf8")) as { systems?: System[] }).systems ?? []);
}

function lastMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

function entityOf(index: number) {
  const [country, currency, zone] = PLACES[index % PLACES.length] ?? PLACES[0];
  return {
    id: `${country}${String(index + 1).padStart(2, "0")}`,
    name: `Entity ${index + 1}`,
    country,
    currency,
    zone,
  };
}

function estateOf(systems: System[], milestoneCount: number): Partial<Record<keyof EstateFile, unknown>> {
  const owner = "controller";
  return {
    estate: {
      name: "bench",
      title: "Bench group",
      currency: "EUR",
      zone: "Europe/Berlin",
      periods: { scheme: "months" },
    },
    calendars: [{ id: "group", country: "DE" }],
    systems,
    datasets: [
      { id: "ledger", title: "Ledger", system: "s4", name: "LEDGER", kind: "source", systemOfRecord: true, owner },
      ...HOPS.map(({ dataset, system, name }, index) => ({
        id: dataset,
        title: name,
        system,
        name,
        kind: index === HOPS.length - 1 ? "report" : "staging",
        owner,
      })),
    ],
    flows: [
      {
        id: "actuals",
        title: "Actuals",
        pattern: "batch",
        cadence: { daily: ["06:00"] },
        latencyTier: "daily",
        criticality: "close-critical",
        freshness: { dueMinutes: 1_500, staleMinutes: 2_880 },
        source: "ledger",
        hops: HOPS.map(({ dataset, name }) => ({ dataset, job: `${name} {entity}`, title: `Load ${dataset}` })),
        owner: "engineer",
      },
    ],
    reconciliations: [
      {
        id: "end-to-end",
        title: "Ledger to report",
        flow: "actuals",
        legs: ["ledger", ...HOPS.map(({ dataset }) => dataset)],
        owner,
      },
      { id: "middleware", title: "Extract to message", flow: "actuals", legs: ["extract", "message"], owner },
    ],
    reports: [{ id: "close", title: "Close dashboard", datasets: ["report"], owner, audience: ["cfo"] }],
    close: { calendar: "group", milestones: milestones(milestoneCount), groupDeadline: { workDay: 8, at: "18:00" } },
  };
}

/** Every kind of gate among them, each after the one before. */
function milestones(count: number) {
  const gates = [
    ...HOPS.map(({ dataset }) => ({ kind: "flow", flow: "actuals", through: dataset })),
    { kind: "reconciliation", reconciliation: "middleware" },
    { kind: "reconciliation", reconciliation: "end-to-end" },
    { kind: "signoff", role: "cfo" },
    { kind: "flow", flow: "actuals", cutOff: { workDay: 1, at: "08:00" } },
    { kind: "flow", flow: "actuals", cutOff: { workDay: 1, at: "12:00" } },
    { kind: "reconciliation", reconciliation: "end-to-end" },
    { kind: "signoff", role: "controller" },
    { kind: "predecessors" },
  ];
  return Array.from({ length: count }, (_, index) => ({
    id: `step-${index + 1}`,
    title: `Step ${index + 1}`,
    // A week and a half, however many they are.
    workDay: 1 + Math.floor((index * 6) / count),
    at: index % 2 === 0 ? "12:00" : "18:00",
    after: index === 0 ? [] : [`step-${index}`],
    gate: gates[index % gates.length]!,
    owner: "controller",
  }));
}
