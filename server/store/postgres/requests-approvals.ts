import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

export const StoredApproval = z.object({
  personId: z.string(),
  signer: z.string(),
  name: z.string(),
  role: z.string(),
  onBehalfOf: z.array(z.string()),
  decision: z.enum(["approve", "reject", "break-glass"]),
  statement: z.string(),
  digest: z.string(),
  at: InstantColumn,
});
export type StoredApproval = z.infer<typeof StoredApproval>;

const COLUMNS = `person_id AS "personId", signer, person_name AS name, role, on_behalf_of AS "onBehalfOf", decision,
  statement, digest, at`;

/** Answers no row where the same person has decided already, through whichever account. */
export const insertApproval = defineQuestion({
  engine: "postgres",
  name: "request-approval.insert",
  params: z.object({
    requestId: z.string(),
    personId: z.string(),
    signer: z.string(),
    name: z.string(),
    role: z.string(),
    onBehalfOf: z.array(z.string()),
    decision: StoredApproval.shape.decision,
    statement: z.string(),
    digest: z.string(),
    at: Instant,
  }),
  row: StoredApproval,
  sql: `INSERT INTO request_approvals (request_id, person_id, signer, person_name, role, on_behalf_of, decision, statement,
      digest, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
});

export const approvalsOf = defineQuestion({
  engine: "postgres",
  name: "request-approval.of-request",
  params: z.object({ requestId: z.string() }),
  row: StoredApproval,
  sql: `SELECT ${COLUMNS} FROM request_approvals WHERE request_id = $1 ORDER BY at`,
});

export const StoredDelegation = z.object({
  id: z.string(),
  fromPerson: z.string(),
  fromName: z.string(),
  toPerson: z.string(),
  toName: z.string(),
  fromAt: InstantColumn,
  untilAt: InstantColumn,
  reason: z.string(),
});
export type StoredDelegation = z.infer<typeof StoredDelegation>;

const DELEGATION = `id, from_person AS "fromPerson", from_name AS "fromName", to_person AS "toPerson", to_name AS "toName",
  from_at AS "fromAt", until_at AS "untilAt", reason`;

export const insertDelegation = defineQuestion({
  engine: "postgres",
  name: "delegation.insert",
  params: z.object({
    id: z.string(),
    fromPerson: z.string(),
    fromName: z.string(),
    toPerson: z.string(),
    toName: z.string(),
    fromAt: Instant,
    untilAt: Instant,
    reason: z.string(),
  }),
  row: StoredDelegation,
  sql: `INSERT INTO delegations (id, from_person, from_name, to_person, to_name, from_at, until_at, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${DELEGATION}`,
});

/** Delegations that have not ended at an instant; those yet to begin among them. */
export const standingDelegations = defineQuestion({
  engine: "postgres",
  name: "delegation.standing",
  params: z.object({ at: Instant }),
  row: StoredDelegation,
  sql: `SELECT ${DELEGATION} FROM delegations WHERE until_at > $1 AND ended_at IS NULL ORDER BY from_at, id`,
});

export const endDelegation = defineQuestion({
  engine: "postgres",
  name: "delegation.end",
  params: z.object({ id: z.string(), person: z.string(), at: Instant }),
  row: StoredDelegation,
  sql: `UPDATE delegations SET ended_at = $3 WHERE id = $1 AND from_person = $2 AND ended_at IS NULL RETURNING ${DELEGATION}`,
});
