import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Total } from "../../schemas/run.ts";
import { Tolerance } from "../../schemas/estate/flow.ts";
import { cellsOf, grainOf, MEASURES, type Cells, type MeasureName } from "./cells.ts";
import { compare as compareCells } from "./compare.ts";
import { exactOf, exactText } from "./exact.ts";
import { decimalText, moneyText, signedMoneyText } from "./money.ts";
import Big from "big.js";

const DEFAULTS = { ledger: "0L", currency: "EUR" };
const exact = Tolerance.parse({});

function total(measure: MeasureName, value: string, more: Partial<Total> = {}): Total {
  return {
    namespace: "a://a",
    name: "A",
    entity: "DE01",
    ledger: "0L",
    period: "2026-10",
    version: "actual",
    account: "",
    currency: "EUR",
    measure,
    value,
    asOf: "2026-11-02T09:00:00.000Z",
    runId: "r",
    correlationId: null,
    ...more,
  };
}

const compare = (from: Cells, to: Cells, measures: readonly MeasureName[], tolerance: Tolerance) =>
  compareCells(from, to, { measures, tolerance, currency: "EUR" });
const cells = (totals: Total[], sign: 1 | -1 = 1) =>
  cellsOf({ totals, sign }, ["entity", "ledger", "account", "currency"], DEFAULTS);
const net = (value: string) => cells([total("net", value)]);

describe("tolerance", () => {
  it.each([
    ["nothing allowed, nothing off", {}, "100", "100", true],
    ["nothing allowed, a cent off", {}, "100", "100.01", false],
    ["absolute reached exactly", { absolute: "1" }, "100", "101", true],
    ["absolute passed", { absolute: "1" }, "100", "101.01", false],
    ["percent reached exactly", { percent: "1" }, "-200", "-202", true],
    ["percent passed", { percent: "1" }, "200", "202.01", false],
    ["both must hold", { absolute: "5", percent: "1" }, "200", "204", false],
    ["one is enough", { absolute: "5", percent: "1", combine: "or" }, "200", "204", true],
    ["no percentage of nothing", { percent: "50" }, "0", "0.01", false],
    ["from nothing the absolute bound alone", { absolute: "1", percent: "1" }, "0", "0.50", true],
  ])("%s", (_, tolerance, from, to, ties) => {
    expect(compare(net(from), net(to), MEASURES, Tolerance.parse(tolerance)).ties).toBe(ties);
  });

  it("never covers counts", () => {
    const result = compare(
      cells([total("count", "10")]),
      cells([total("count", "11")]),
      MEASURES,
      Tolerance.parse({ absolute: "5" }),
    );
    expect(result).toMatchObject({ ties: false, measures: ["count"] });
  });

  it("never covers what only one side has", () => {
    const both = [total("net", "100", { account: "4000" }), total("net", "0.50", { account: "5000" })];
    const result = compare(cells(both), cells(both.slice(0, 1)), MEASURES, Tolerance.parse({ absolute: "1" }));
    expect(result.ties).toBe(false);
    expect(exactText(result.difference.net!)).toBe("-0.5");
  });
});

describe("measures", () => {
  it("net alone hides offsets: equal nets with other gross amounts do not tie", () => {
    const from = cells([total("debit", "150"), total("credit", "50"), total("net", "100")]);
    const to = cells([total("debit", "160"), total("credit", "60"), total("net", "100")]);
    expect(compare(from, to, MEASURES, exact).measures).toEqual(["debit", "credit"]);
  });

  it("are compared where both sides report them; sharing none is no tie", () => {
    expect(compare(cells([total("net", "1")]), cells([total("count", "1")]), MEASURES, exact).ties).toBeNull();
    const wide = cells([total("net", "1"), total("debit", "3")]);
    expect(compare(wide, net("1"), MEASURES, exact).ties).toBe(true);
  });
});

describe("the sum of what is tolerated", () => {
  const from = ["4000", "5000", "6000"].map((account) => total("net", "100", { account }));
  const to = from.map((each, at) => ({ ...each, value: at === 1 ? "99.50" : "100.50" }));
  const tolerance = (cap?: string) => Tolerance.parse({ absolute: "1", cap });

  it.each([
    ["no cap", undefined, true],
    ["up to the cap, whatever the signs", "1.5", true],
    ["above it", "1.49", false],
  ])("%s", (_, cap, ties) => {
    expect(compare(cells(from), cells(to), MEASURES, tolerance(cap))).toMatchObject({ ties, overCap: !ties, off: [] });
  });
});

describe("signs", () => {
  const from = [total("debit", "150"), total("credit", "50"), total("net", "100")];
  const turned = [total("debit", "50"), total("credit", "150"), total("net", "-100")];

  it("a declared turn makes it tie, sides and all", () => {
    expect(compare(cells(from), cells(turned, -1), MEASURES, exact).ties).toBe(true);
  });

  it("an undeclared one is suggested", () => {
    expect(compare(cells(from), cells(turned), MEASURES, exact).signTurned).toBe(true);
    expect(compare(net("100"), net("-99"), MEASURES, exact).signTurned).toBe(false);
  });
});

describe("grain", () => {
  it("sums a finer side up, to whole entities where one side knows no accounts", () => {
    const fine = [total("net", "60.10", { account: "4000" }), total("net", "39.90", { account: "5000" })];
    const coarse = [total("net", "100", { currency: "", ledger: "" })];
    const [left, right] = [fine, coarse].map((totals) => ({ totals, sign: 1 as const }));
    const grain = grainOf(right!, grainOf(left!, ["entity", "account", "currency"]));
    expect(grain).toEqual(["entity", "currency"]);
    const [a, b] = [cellsOf(left!, grain, DEFAULTS), cellsOf(right!, grain, DEFAULTS)];
    expect(compare(a, b, MEASURES, exact).ties).toBe(true);
  });
});

describe("properties", () => {
  const cents = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  const decimal = (value: bigint) => Big(value.toString()).div(100).toFixed();
  const measure = fc.constantFrom(...MEASURES);
  const account = fc.constantFrom("4000", "5000", "6000");
  const totals = fc
    .array(fc.record({ measure, account, value: cents }), { minLength: 1, maxLength: 12 })
    .map((list) => list.map((each) => total(each.measure, decimal(each.value), { account: each.account })));

  it("the order of totals changes nothing", () => {
    fc.assert(
      fc.property(totals, totals, fc.infiniteStream(fc.nat()), (from, to, order) => {
        const keys = new Map(from.map((each) => [each, order.next().value as number]));
        const shuffled = from.toSorted((a, b) => keys.get(a)! - keys.get(b)!);
        expect(compare(cells(shuffled), cells(to), MEASURES, exact)).toEqual(
          compare(cells(from), cells(to), MEASURES, exact),
        );
      }),
    );
  });

  it("a load split in two is the load", () => {
    fc.assert(
      fc.property(totals, totals, cents, (from, to, part) => {
        const split = from.flatMap((each) => {
          const piece = Big(decimal(part));
          return [
            { ...each, value: piece.toFixed() },
            { ...each, value: Big(each.value).minus(piece).toFixed() },
          ];
        });
        expect(compare(cells(split), cells(to), MEASURES, exact)).toEqual(
          compare(cells(from), cells(to), MEASURES, exact),
        );
      }),
    );
  });

  it("everything ties to itself, and differs from itself and a cent", () => {
    fc.assert(
      fc.property(totals, (list) => {
        const more = [...list, { ...list[0]!, value: "0.01" }];
        expect(compare(cells(list), cells(list), MEASURES, exact).ties).toBe(true);
        expect(compare(cells(list), cells(more), MEASURES, exact).ties).toBe(false);
      }),
    );
  });
});

describe("money in words", () => {
  it.each([
    ["-22231.55", "EUR", "22,231.55 EUR", "− 22,231.55 EUR", "-22231.55"],
    ["1234567", "JPY", "1,234,567 JPY", "+ 1,234,567 JPY", "1234567"],
    ["0.5", "KWD", "0.500 KWD", "+ 0.500 KWD", "0.500"],
    [
      "12345678901234567890.12",
      "USD",
      "12,345,678,901,234,567,890.12 USD",
      "+ 12,345,678,901,234,567,890.12 USD",
      "12345678901234567890.12",
    ],
    ["1.005", "EUR", "1.005 EUR", "+ 1.005 EUR", "1.005"],
  ])("%s %s", (value, currency, plain, signed, decimal) => {
    expect(moneyText(value, currency)).toBe(plain);
    expect(signedMoneyText(value, currency)).toBe(signed);
    expect(decimalText(Big(value), currency)).toBe(decimal);
    expect(decimalText(exactOf(value), currency)).toBe(decimal);
  });
});
