import { afterAll, beforeAll, expect, it } from "vitest";
import { evidenceBreaks, evidenceIncidents, evidenceRequests } from "../../server/store/postgres/evidence-as-known.ts";
import { keepVersions } from "../../server/store/postgres/incidents-history.ts";
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

/** An incident opened at 8 for one entity, taken at 9, put aside at 10, worse at 11 for two, gone at 13, back at 15. */
beforeAll(async () => {
  const run = (sql: string, ...values: unknown[]) => opened.postgres.run(sql, values);
  await run(
    `INSERT INTO incidents (id, cause_key, code, class, severity, state, owner_role, words, cause, entities, periods, flows,
      cause_count, exception_count, impact, holds, since_at, opened_at, changed_at, reopened)
    VALUES ('i', 'c', 'job-failed', 'technical', 'S1', 'open', 'engineer', '{"title": "one"}', '{}', '{DE01}', '{2026-10}',
      '{f}', 1, 1, '{}', '{}', $1, $1, $2, 1)`,
    ...[at(8), at(15)],
  );
  const found = (hour: number) => opened.postgres.ask(keepVersions, { incidents: ["i"], at: at(hour) });
  await found(8);
  await found(9);
  await run(`UPDATE incidents SET entities = '{DE01,DE02}', words = '{"title": "two"}' WHERE id = 'i'`);
  await found(11);
  for (const [hour, change, by, severity, text] of [
    [8, "opened", "tieout", "S2", ""],
    [9, "acknowledged", "p", "S2", ""],
    [10, "snoozed", "p", "S2", ""],
    [11, "worsened", "tieout", "S1", ""],
    [12, "woken", "p", "S1", "Handed back by P."],
    [13, "resolved", "tieout", "S1", ""],
    [15, "reopened", "tieout", "S1", ""],
  ] as const)
    await run(
      `INSERT INTO incident_changes (incident_id, change, at, by_id, by_name, severity, text, detail)
      VALUES ('i', $1, $2, $3, 'P', $4, $5, '{}')`,
      ...[change, at(hour), by, severity, text],
    );
}, 60_000);

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

it.each([
  [7, undefined],
  [8, { state: "open", severity: "S2", words: { title: "one" }, entities: ["DE01"], acknowledgedAt: null }],
  [9, { state: "acknowledged", acknowledgedAt: at(9), acknowledgedBy: { id: "p", name: "P" } }],
  [10, { state: "snoozed", severity: "S2", acknowledgedAt: at(9), words: { title: "one" } }],
  [11, { state: "open", severity: "S1", words: { title: "two" }, entities: ["DE01", "DE02"] }],
  [12, { state: "open", acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null }],
  [14, { state: "resolved", resolvedAt: at(13) }],
  [15, { state: "open", resolvedAt: null }],
])("tells an incident as it was known at %i o'clock", async (hour, told) => {
  const row = await rowOf(evidenceIncidents, at(hour));
  if (told) expect(row).toMatchObject(told);
  else expect(row).toBeUndefined();
});

it("keeps what was found of an incident once, and never changes it", async () => {
  expect(await opened.postgres.run("SELECT at FROM incident_versions ORDER BY sequence", [])).toHaveLength(2);
  await expect(opened.postgres.command("DELETE FROM incident_versions")).rejects.toThrow("only ever added to");
});
