import { describe, expect, test } from "vitest";
import { ledgerEvents, openPeriods } from "./ledger.ts";
import { Settings, type Ledger } from "./settings.ts";
import { ledgerPage, type LedgerRow } from "./vendor.ts";

const COLUMNS = { by: "columns", debit: "Debit", credit: "Credit", count: "Items" } as const;

function ledgerOf(sides: object): Ledger {
  return Settings.parse({ ledger: { entities: ["DE01", "GB01"], accounts: { from: "4", to: "6" }, sides } }).ledger!;
}

function row(over: Record<string, string>): LedgerRow {
  return {
    CompanyCode: "DE01",
    FiscalYearPeriod: "2026010",
    GLAccount: "400000",
    CompanyCodeCurrency: "EUR",
    AmountInCompanyCodeCurrency: "-20.10",
    ...over,
  };
}

function read(ledger: Ledger, rows: LedgerRow[], before = {}, at = "2026-11-02T18:00:00.000Z") {
  const reading = { ledger, namespace: "s4://meridian-prd", version: "actual", periods: ["2026-10"], rows, at };
  return ledgerEvents(reading, before);
}

function totalsOf({ events }: ReturnType<typeof read>) {
  const facet = events[0]?.dataset.facets?.tieout_controlTotals as {
    totals: { account: string; measure: string; value: string }[];
  };
  return facet.totals.map(({ account, measure, value }) => `${account} ${measure} ${value}`);
}

describe("sides", () => {
  test("by columns, credits negative as SAP writes them", () => {
    const rows = [row({ Debit: "10.00", Credit: "-30.10", Items: "4" })];
    expect(totalsOf(read(ledgerOf(COLUMNS), rows))).toEqual([
      "400000 count 4",
      "400000 debit 10.00",
      "400000 credit 30.10",
      "400000 net -20.10",
    ]);
  });

  test("by sign, rows of further dimensions summed exactly and never as floating point", () => {
    const amounts = ["0.10", "0.20", "99999999999999999.01", "-0.30"];
    const rows = amounts.map((AmountInCompanyCodeCurrency) => row({ AmountInCompanyCodeCurrency }));
    expect(totalsOf(read(ledgerOf({ by: "sign", dimensions: ["CostCenter"] }), rows))).toEqual([
      "400000 debit 99999999999999999.31",
      "400000 credit 0.3",
      "400000 net 99999999999999999.01",
    ]);
  });
});

test("only what changed is reported again; the rest moves its watermark in one event", () => {
  const ledger = ledgerOf({ by: "sign" });
  const first = read(ledger, [row({})]);
  expect(first.events).toHaveLength(2);
  const later = read(ledger, [row({})], first.digests, "2026-11-02T18:30:00.000Z");
  expect(later.events).toHaveLength(1);
  expect(later.events[0]?.dataset.facets?.tieout_controlTotals).toBeUndefined();
  expect(later.events[0]?.dataset.facets?.tieout_position).toMatchObject({
    positions: [
      { entity: "DE01", period: "2026-10", ledger: "0L", completeThrough: "2026-11-02T18:30:00.000Z" },
      { entity: "GB01" },
    ],
  });
  const posted = read(ledger, [row({ AmountInCompanyCodeCurrency: "-20.11" })], later.digests);
  expect(posted.events).toHaveLength(2);
  expect(totalsOf(posted)).toContain("400000 net -20.11");
});

test("an account that vanished does not linger", () => {
  const ledger = ledgerOf({ by: "sign" });
  const first = read(ledger, [row({}), row({ GLAccount: "500000" })]);
  expect(totalsOf(read(ledger, [row({})], first.digests))).toEqual([
    "400000 debit 0",
    "400000 credit 20.10",
    "400000 net -20.10",
  ]);
});

test.each([
  ["2026-11-02T00:10:00.000Z", 2, ["2026-10", "2026-11"]],
  ["2027-01-31T23:59:00.000Z", 3, ["2026-11", "2026-12", "2027-01"]],
])("at %s the %i open periods are %j", (now, count, periods) => {
  expect(openPeriods(new Date(now), count)).toEqual(periods);
});

test("an amount that is no exact decimal is refused", () => {
  const shape = ledgerPage(["AmountInCompanyCodeCurrency"], "CompanyCodeCurrency");
  const page = (amount: unknown) => ({ d: { results: [{ ...row({}), AmountInCompanyCodeCurrency: amount }] } });
  expect(shape.safeParse(page("-20.10")).success).toBe(true);
  for (const amount of [20.1, "20,10", "1e5", ""]) expect(shape.safeParse(page(amount)).success).toBe(false);
});
