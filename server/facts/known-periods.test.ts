import fc from "fast-check";
import { expect, it } from "vitest";
import type { PeriodStatus } from "../../schemas/event/facets.ts";
import { createKnownPeriods, type PeriodStatement } from "./known-periods.ts";

const hour = (at: number) => new Date(Date.UTC(2026, 10, 9, at)).toISOString();
const statement = (at: number, status: PeriodStatus, eventId = `${at}`): PeriodStatement => ({
  ...{ namespace: "erp://here", name: "LEDGER", entity: "DE01", ledger: "0L", subledger: "", period: "2026-10" },
  ...{ at: hour(at), eventId, status, native: status.toUpperCase() },
});
const told = (...statements: PeriodStatement[]) => {
  const known = createKnownPeriods();
  for (const each of statements) known.add(each);
  return known.of("DE01", "2026-10");
};

it.each<[string, PeriodStatus[], object]>([
  ["nothing more than open", ["open"], { status: "open", sinceAt: hour(0), shutAt: null, reopenedAt: null }],
  ["the same again", ["open", "open"], { sinceAt: hour(0) }],
  ["shut", ["open", "soft", "closed"], { status: "closed", sinceAt: hour(2), softAt: hour(1), shutAt: hour(2) }],
  ["shut further", ["closed", "locked"], { status: "locked", sinceAt: hour(1), shutAt: hour(0), reopenedAt: null }],
  ["open again", ["closed", "open"], { status: "open", sinceAt: hour(1), shutAt: hour(0), reopenedAt: hour(1) }],
  ["open again and shut", ["closed", "open", "closed"], { status: "closed", shutAt: hour(2), reopenedAt: hour(1) }],
  ["not begun, then open", ["future", "open"], { status: "open", reopenedAt: null }],
])("%s", (_what, statuses, expected) => {
  expect(told(...statuses.map((status, at) => statement(at, status)))).toMatchObject([expected]);
});

it("tells ledgers and subledgers apart, in a fixed order", () => {
  const customers = { ...statement(0, "closed"), subledger: "D" };
  const rows = told(statement(1, "open"), customers);
  expect(rows).toEqual(told(customers, statement(1, "open")));
  expect(rows.map(({ subledger, status }) => `${subledger} ${status}`)).toEqual([" open", "D closed"]);
});

it("stands the same after any order and repetition", () => {
  const statuses = fc.constantFrom<PeriodStatus>("future", "open", "soft", "closed", "locked");
  fc.assert(
    fc.property(fc.array(statuses, { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat()), (row, luck) => {
      const statements = row.map((status, at) => statement(Math.floor(at / 2), status, `e${at}`));
      const shuffled = [...statements, ...statements]
        .map((value) => ({ value, at: luck.next().value ?? 0 }))
        .sort((one, other) => one.at - other.at);
      expect(told(...shuffled.map(({ value }) => value))).toEqual(told(...statements));
    }),
  );
});
