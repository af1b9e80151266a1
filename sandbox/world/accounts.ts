/** The chart of accounts the world posts to. Profit and loss stands between 400000 and 699999; only that range travels. */
export const PROFIT_AND_LOSS = {
  from: "400000",
  to: "699999",
} as const;

/** Minor units that `size` counts in. */
export const AVERAGE_LINE = 900;

export const SETTLEMENT = { account: "580000", counter: "792000" } as const;

/** A kind of document: how often it comes, how large its lines are and where they go. */
export interface DocumentKind {
  weight: number;
  /** Mean amount of a profit-and-loss line, in units of `AVERAGE_LINE`. */
  size: number;
  lines: readonly [from: number, to: number];
  side: "debit" | "credit";
  accounts: readonly string[];
  counter: string;
}

export const DAILY_DOCUMENTS: readonly DocumentKind[] = [
  { weight: 26, size: 210, lines: [1, 4], side: "credit", accounts: ["400000", "401000"], counter: "140000" },
  { weight: 4, size: 60, lines: [1, 2], side: "debit", accounts: ["410000"], counter: "140000" },
  { weight: 34, size: 120, lines: [2, 6], side: "debit", accounts: ["500000", "520000"], counter: "191100" },
  { weight: 14, size: 40, lines: [1, 3], side: "debit", accounts: ["630000", "640000"], counter: "160000" },
  { weight: 14, size: 35, lines: [1, 3], side: "debit", accounts: ["650000", "660000"], counter: "160000" },
];

export const CLOSING_DOCUMENTS: readonly DocumentKind[] = [
  { weight: 5, size: 260, lines: [4, 9], side: "debit", accounts: ["600000", "610000"], counter: "170000" },
  { weight: 4, size: 180, lines: [3, 6], side: "debit", accounts: ["620000"], counter: "090000" },
  { weight: 6, size: 90, lines: [2, 5], side: "debit", accounts: ["500000", "640000", "650000"], counter: "179000" },
  { weight: 3, size: 240, lines: [1, 3], side: "credit", accounts: ["400000", "580000"], counter: "192000" },
];

export function travels(account: string): boolean {
  return account >= PROFIT_AND_LOSS.from && account <= PROFIT_AND_LOSS.to;
}
