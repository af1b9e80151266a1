import type { LedgerLine } from "../ledger-book.ts";
import type { Ledger } from "./settings.ts";
import type { Balance } from "./vendor.ts";

/** Balances of one entity and period as net activity by natural account. Debits and credits are not told apart. */
export function ledgerLines(
  balances: readonly Balance[],
  { entity, period }: { entity: string; period: string },
  { accountSegment, accounts }: Ledger,
): LedgerLine[] {
  return balances.flatMap(({ DetailAccountCombination, Currency: currency, PeriodActivity: net }) => {
    const account = DetailAccountCombination.split("-")[accountSegment - 1] ?? "";
    if (net === null || account < accounts.from || account > accounts.to) return [];
    return [{ entity, period, account, currency, net }];
  });
}
