import type { SimTotals, World } from "./sandbox.ts";

/**
 * What a played system's ledger holds for one entity and period; `name` is the vendor's name for the ledger, where the
 * system has further datasets that flows begin with.
 */
export function playedLedger(
  world: World,
  system: string,
  entity: string,
  period: string,
  name?: string,
): SimTotals | null {
  const sources = world.sources(system);
  const ledger = sources.find((source) => source.name === name) ?? sources[0];
  return ledger ? world.totals(ledger.dataset, entity, period) : null;
}
