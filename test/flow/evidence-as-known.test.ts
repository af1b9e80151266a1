import { afterAll, beforeAll, expect, it } from "vitest";
import { evidenceBreaks, evidenceRequests } from "../../server/store/postgres/evidence-as-known.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";

const at = (hour: number) => `2026-11-04T${String(hour).padStart(2, "0")}:00:00.000Z`;
let opened: OpenedEngine;

/** A break found at 8, explained at 9, grown and so opened again at 11, tied at 13; a request from 8 to 12. */
beforeAll(async () => {
  opened = await POSTGRES_ENGINES[0]!.open();
  const run = (sql: string, ...values: unknown[]) => opened.postgres.run(sql, values);
  await run(
    `INSERT INTO breaks (id, lineage, rule, rule_version, hop, entity, period, version, ledger, account, currency, measures,
      amount, unit, unexplained, material, cause, cause_text, evidence, state, present, first_seen_at, last_seen_at,
      changed_at, explanation, reopened)
    VALUES ('b', 'l', 'r', 'v2', 'plan', 'DE01', '2026-10', 'actual', '0L', '', 'EUR', '{net}', '-7', 'EUR', '-7', true,
      'late', 'Late.', '[]', 'resolved', false, $1, $2, $3, NULL, 1)`,
    ...[at(8), at(11), at(13)],
  );
  for (const [hour, act, from, to, amount] of [
    [8, "found", null, "open", "-5"],
    [9, "explain", "open", "explained", "-5"],
    [11, "reopened", "explained", "open", "-7"],
    [13, "tied", "open", "resolved", "-7"],
  ] as const)
    await run(
      `INSERT INTO break_steps (break_id, at, by_id, by_name, act, from_state, to_state, amount, text)
      VALUES ('b', $1, 'x', 'X', $2, $3, $4, $5, '')`,
      ...[at(hour), act, from, to, amount],
    );
  await run(
    `INSERT INTO requests (id, act, flow, entity, period, dataset, reason, state, requested_by, requested_by_name,
      requested_at, changed_at, dispatched_at, run_id, outcome, approvals_needed, approved_at, entities)
    VALUES ('q', 'sync', 'f', 'DE01', '2026-10', 'plan', 'Again.', 'completed', 'x', 'X', $1, $2, $3, 'run', 'Done.', 1, $4,
      '{DE01}')`,
    ...[at(8), at(12), at(10), at(9)],
  );
  await run(
    `INSERT INTO request_steps (request_id, step, ordinal, kind, title, parameters, after, details, state, idempotency_key,
      requested_at, changed_at, dispatched_at)
    VALUES ('q', 's1', 1, 'drive', 'Load', '{}', '{}', '{}', 'done', 'k', $1, $2, $3)`,
    ...[at(8), at(12), at(10)],
  );
}, 60_000);
afterAll(() => opened.stop());

const scope = (asOf: string) => ({ period: null, entities: null, flow: null, rules: null, account: null, asOf });
async function rowOf(rows: typeof evidenceBreaks, asOf: string) {
  const [row] = await opened.postgres.ask(rows.page, { ...scope(asOf), after: "", limit: 10 });
  const [count] = await opened.postgres.ask(rows.count, scope(asOf));
  expect(count!.rows).toBe(row ? 1 : 0);
  return row;
}

it.each([
  [7, undefined],
  [8, { state: "open", amount: "-5", present: true, reopened: 0, cause: null, lastSeenAt: at(8) }],
  [10, { state: "explained", amount: "-5", present: true, reopened: 0 }],
  [12, { state: "open", amount: "-7", present: true, reopened: 1, cause: "late", lastSeenAt: at(11) }],
  [14, { state: "resolved", amount: "-7", present: false, reopened: 1 }],
])("tells a break as it was known at %i o'clock", async (hour, told) => {
  const row = await rowOf(evidenceBreaks, at(hour));
  if (told) expect(row).toMatchObject(told);
  else expect(row).toBeUndefined();
});

it.each([
  [7, undefined],
  [8, { state: "waiting", approvedAt: null, runId: null, outcome: null }],
  [9, { state: "requested", approvedAt: at(9), runId: null }],
  [11, { state: "running", runId: "run", outcome: null, changedAt: null }],
  [12, { state: "completed", outcome: "Done.", changedAt: at(12) }],
])("tells a request as far as it had come at %i o'clock", async (hour, told) => {
  const row = await rowOf(evidenceRequests, at(hour));
  if (told) expect(row).toMatchObject(told);
  else expect(row).toBeUndefined();
});
