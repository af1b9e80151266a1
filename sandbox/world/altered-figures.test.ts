import { expect, test } from "vitest";
import type { SimTotals } from "../../collectors/sandbox.ts";
import type { AlteredFigures } from "../scenario.ts";
import { alteredAs } from "./altered-figures.ts";

const TOTALS: SimTotals = {
  ...{ entity: "DE01", period: "2026-10", currency: "EUR", correlationId: "GLA-1" },
  ...{ completeThrough: null, snapshotAsOf: null },
  accounts: [
    { account: "400000", count: 3, debit: "0.00", credit: "120.10", net: "-120.10" },
    { account: "650000", count: 2, debit: "45.05", credit: "5.00", net: "40.05" },
  ],
};

test.each<[AlteredFigures["by"], [string, number, string][]]>([
  [
    { kind: "sign-turned" },
    [
      ["400000", 3, "120.10"],
      ["650000", 2, "-40.05"],
    ],
  ],
  [
    { kind: "loaded-twice" },
    [
      ["400000", 6, "-240.20"],
      ["650000", 4, "80.10"],
    ],
  ],
  [
    { kind: "adjusted", account: "650000", amount: "-10.05" },
    [
      ["400000", 3, "-120.10"],
      ["650000", 3, "30.00"],
    ],
  ],
  [
    { kind: "adjusted", account: "500000", amount: "9.95" },
    [
      ["400000", 3, "-120.10"],
      ["500000", 1, "9.95"],
      ["650000", 2, "40.05"],
    ],
  ],
])("figures altered by %j", (by, expected) => {
  const { accounts } = alteredAs(TOTALS, by);
  expect(accounts.map(({ account, count, net }) => [account, count, net])).toEqual(expected);
});
