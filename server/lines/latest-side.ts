import { inOrder } from "./line.ts";

/** What is known of a load, as far as choosing goes. */
export interface Choosable {
  id: string;
  runId: string;
  asOf: string;
  part: number;
  parts: number;
  state: "loaded" | "flawed" | "quarantined";
  receivedAt: string;
}

/**
 * The loads that count for a dataset, entity, period and version: every part of the run with the latest snapshot of which
 * all parts are there and none is quarantined. A part handed in again stands in place of the one before. Empty where no
 * run is whole. The order loads come in changes nothing.
 */
export function latestSide<T extends Choosable>(loads: readonly T[]): T[] {
  const runs = new Map<string, T[]>();
  for (const load of loads) {
    if (load.state === "quarantined") continue;
    runs.set(load.runId, [...(runs.get(load.runId) ?? []), load]);
  }
  const whole = [...runs.values()].map(latestParts).filter((parts) => parts !== null);
  return whole.toSorted((a, b) => inOrder(stampOf(b), stampOf(a)))[0] ?? [];
}

function latestParts<T extends Choosable>(loads: T[]): T[] | null {
  const latest = loads.toSorted((a, b) => inOrder(b.receivedAt, a.receivedAt) || inOrder(b.id, a.id));
  const parts = latest[0]?.parts ?? 0;
  const chosen = Array.from({ length: parts }, (_, at) =>
    latest.find((load) => load.part === at + 1 && load.parts === parts),
  );
  return chosen.every((load) => load !== undefined) ? chosen : null;
}

function stampOf(parts: readonly Choosable[]): string {
  const times = parts.map(({ asOf }) => asOf).toSorted();
  const came = parts.map(({ receivedAt }) => receivedAt).toSorted();
  return `${times.at(-1)} ${came.at(-1)} ${parts[0]?.runId}`;
}
