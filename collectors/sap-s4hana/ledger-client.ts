import type { Http } from "../http.ts";
import { odataText } from "../odata.ts";
import type { Ledger } from "./settings.ts";
import { ledgerPage, type LedgerRow } from "./vendor.ts";

export function readingLedger(http: Http) {
  return {
    /** Current totals of entities × fiscal periods (`2026010`) by account. */
    async ledger(ledger: Ledger, periods: readonly string[]): Promise<LedgerRow[]> {
      const { sides } = ledger;
      const split = sides.by === "columns" ? [sides.debit, sides.credit, ...(sides.count ? [sides.count] : [])] : [];
      const measures = [ledger.amount, ...split];
      const dimensions = ["CompanyCode", "FiscalYearPeriod", "GLAccount", ledger.currency];
      const shape = ledgerPage(measures, ledger.currency);
      const query = {
        $select: [...dimensions, ...(sides.by === "sign" ? sides.dimensions : []), ...measures].join(","),
        $filter: [
          `Ledger eq ${odataText(ledger.ledger)}`,
          anyOf("CompanyCode", ledger.entities),
          anyOf("FiscalYearPeriod", periods),
          `GLAccount ge ${odataText(ledger.accounts.from)} and GLAccount le ${odataText(ledger.accounts.to)}`,
        ].join(" and "),
        $format: "json",
      };
      const rows: LedgerRow[] = [];
      let answer = await http.get(ledger.service, shape, { query });
      rows.push(...answer.d.results);
      while (answer.d.__next) {
        answer = await http.get(answer.d.__next, shape);
        rows.push(...answer.d.results);
      }
      return rows;
    },
  };
}

function anyOf(field: string, values: readonly string[]): string {
  return `(${values.map((value) => `${field} eq ${odataText(value)}`).join(" or ")})`;
}
