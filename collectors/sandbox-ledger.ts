import type { SimTotals, World } from "./sandbox.ts";

/**
 * The ledger a played ERP holds, for one entity and period. In an estate that is played, the dataset behind an ERP's
 * ledger is called `<system>-ledger`; in the small estate of tests `source`.
 */
export function playedLedger(world: World, system: string, entity: string, period: string): SimTotals | null {
  return world.totals(`${system}-ledger`, entity, period) ?? world.totals("source", entity, period);
}
