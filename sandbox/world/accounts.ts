/** The chart of accounts the world posts to. Profit and loss stands between 400000 and 699999; only that range travels. */
export const PROFIT_AND_LOSS = {
  from: "400000",
  to: "699999",
} as const;

export const SETTLEMENT = { account: "580000", counter: "792000" } as const;

/** Document types, how often they come, what they cost on average (minor units) and where their lines go. */
export interface DocumentKind {
  weight: number;
  /** Mean of one profit-and-loss line in hundredths of the average line. */
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
