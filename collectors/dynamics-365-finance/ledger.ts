import type { LedgerLine } from "../ledger-book.ts";
import { periodNamed } from "../period-name.ts";
import type { Ledger } from "./settings.ts";
import type { Activity } from "./vendor.ts";

/**
 * The aggregate of the ledger as net amounts by account. It tells no debits and credits apart and counts nothing; without
 * account numbers an entity has one line a period.
 */
export function ledgerLines(
  activities: readonly Activity[],
  numbers: ReadonlyMap<string, string> | null,
  { ledgers, currencies, accounts }: Ledger,
): LedgerLine[] {
  return activities.flatMap(
    ({ Ledger: id, MainAccountRecId, LedgerGregorianDateId: day, AccountingCurrencyAmount }) => {
      const entity = ledgers[id];
      const period = periodNamed(day.replaceAll("-", "").slice(0, 6));
      const account = numbers ? (numbers.get(MainAccountRecId) ?? `RecId ${MainAccountRecId}`) : "";
      if (!entity || !period || (accounts && (account < accounts.from || account > accounts.to))) return [];
      return [{ entity, period, account, currency: currencies[entity] ?? "", net: AccountingCurrencyAmount }];
    },
  );
}
