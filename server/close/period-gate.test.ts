import { expect, it } from "vitest";
import type { PeriodStatus } from "../../schemas/event/facets.ts";
import { createKnownPeriods } from "../facts/known-periods.ts";
import { periodGate } from "./period-gate.ts";

const day = (at: number) => new Date(Date.UTC(2026, 10, at, 12)).toISOString();
const BOOK = { namespace: "erp://here", name: "LEDGER", entity: "DE01", ledger: "0L", period: "2026-10" };

/** The gate of a ledger and its customers that went through these statuses, one a day from 1 November. */
function gateAfter(ledger: PeriodStatus[], customers: PeriodStatus[], asked: PeriodStatus) {
  const known = createKnownPeriods();
  for (const [subledger, statuses] of [["", ledger] as const, ["D", customers] as const]) {
    for (const [at, status] of statuses.entries()) {
      known.add({ ...BOOK, subledger, status, native: status, at: day(at + 1), eventId: `${subledger}${at}` });
    }
  }
  const stated = known.of("DE01", "2026-10");
  return periodGate({ stated, zone: "Europe/Berlin", opensAt: day(1), open: true }, asked);
}

it.each<[string, PeriodStatus[], PeriodStatus[], PeriodStatus, { met: boolean; metAt: string | null; state?: string }]>(
  [
    ["nothing told", [], [], "soft", { met: false, metAt: null, state: "unknown" }],
    ["one of them open", ["open", "soft"], ["open"], "soft", { met: false, metAt: null, state: "not-due" }],
    [
      "both shut, since the later one",
      ["open", "soft"],
      ["open", "open", "closed"],
      "soft",
      { met: true, metAt: day(3) },
    ],
    ["shut further since", ["open", "soft", "closed", "locked"], ["closed"], "soft", { met: true, metAt: day(2) }],
    [
      "shut further since, asked for more",
      ["open", "soft", "closed", "locked"],
      ["closed"],
      "closed",
      { met: true, metAt: day(3) },
    ],
    ["opened again", ["closed", "open"], ["closed"], "soft", { met: false, metAt: null }],
    ["opened again and shut", ["closed", "open", "soft"], ["closed"], "soft", { met: true, metAt: day(3) }],
    ["shut less than asked", ["soft"], ["closed"], "closed", { met: false, metAt: null }],
  ],
)("%s", (_what, ledger, customers, asked, expected) => {
  expect(gateAfter(ledger, customers, asked)).toMatchObject(expected);
});
