import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amount, count, listed, money, numberWord, shortAmount } from "./money.ts";

describe("amount", () => {
  it.each([
    ["4812334.1", "EUR", "4,812,334.10"],
    ["-22231.55", "EUR", "− 22,231.55"],
    ["0", "EUR", "0.00"],
    ["-0.00", "EUR", "0.00"],
    ["1234567", "JPY", "1,234,567"],
    ["12.3456", "EUR", "12.3456"],
    ["1.2", "KWD", "1.200"],
    ["12345678901234567890.12", "USD", "12,345,678,901,234,567,890.12"],
  ])("shows %s %s as %s", (value, currency, expected) => {
    expect(amount(value, currency)).toBe(expected);
  });

  it("loses no digit", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
        fc.integer({ min: 0, max: 99 }),
        (whole, cents) => {
          const value = `${whole}.${String(cents).padStart(2, "0")}`;
          const shown = amount(value, "EUR").replaceAll(",", "").replace("− ", "-");
          expect(BigInt(shown.replace(".", ""))).toBe(BigInt(value.replace(".", "")));
        },
      ),
    );
  });
});

describe("what stands in sentences and cells", () => {
  it("carries the currency and, where asked, the sign", () => {
    expect(money("22231.55", "EUR", { plus: true })).toBe("+ 22,231.55 EUR");
    expect(money("18412", "")).toBe("18,412.00");
    expect(count("18412")).toBe("18,412");
  });
  it.each([
    ["-22231.55", "−22k"],
    ["999.4", "999"],
    ["999600", "1.0m"],
    ["12500000", "13m"],
  ])("shortens %s to %s", (value, expected) => {
    expect(shortAmount(value)).toBe(expected);
  });
  it("counts in words and lists names", () => {
    expect([numberWord(9), numberWord(13)]).toEqual(["Nine", "13"]);
    expect(listed(["DE01"])).toBe("DE01");
    expect(listed(["DE01", "BR01", "US02"])).toBe("DE01, BR01 and US02");
  });
});
