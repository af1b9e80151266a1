import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { BigintColumn } from "./columns.ts";

/** An entry as kept: the exact text that was hashed, and its place in the chain. */
export const ChainLink = z.object({
  sequence: BigintColumn,
  body: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});
export type ChainLink = z.infer<typeof ChainLink>;

/** Makes appends wait for each other until the transaction ends: two entries never follow the same one. */
export const lockAudit = defineQuestion({
  engine: "postgres",
  name: "audit.lock",
  params: z.object({}),
  row: z.unknown(),
  sql: "SELECT pg_advisory_xact_lock(74310002)",
});

/** The last entry; no row in an empty log. */
export const auditHead = defineQuestion({
  engine: "postgres",
  name: "audit.head",
  params: z.object({}),
  row: z.object({ sequence: BigintColumn, hash: z.string() }),
  sql: "SELECT sequence, hash FROM audit_entries ORDER BY sequence DESC LIMIT 1",
});

export const appendAudit = defineQuestion({
  engine: "postgres",
  name: "audit.append",
  params: z.object({ sequence: z.int(), body: z.string(), previousHash: z.string(), hash: z.string() }),
  row: z.never(),
  sql: "INSERT INTO audit_entries (sequence, body, previous_hash, hash) VALUES ($1, $2::text::json, $3, $4)",
});

/** A stretch of the chain in order, from the entry after `after`. */
export const auditChain = defineQuestion({
  engine: "postgres",
  name: "audit.chain",
  params: z.object({ after: z.int(), limit: z.int() }),
  row: ChainLink,
  sql: `SELECT sequence, body::text AS body, previous_hash AS "previousHash", hash FROM audit_entries
    WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
});

/** Newest first, filtered; `before` is the sequence the page ends ahead of. */
export const auditPage = defineQuestion({
  engine: "postgres",
  name: "audit.page",
  params: z.object({
    before: z.int().nullable(),
    limit: z.int(),
    actor: z.string().nullable(),
    action: z.string().nullable(),
    subject: z.string().nullable(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  }),
  row: ChainLink,
  sql: `SELECT sequence, body::text AS body, previous_hash AS "previousHash", hash FROM audit_entries
    WHERE ($1::bigint IS NULL OR sequence < $1)
      AND ($3::text IS NULL OR actor = $3)
      AND ($4::text IS NULL OR action = $4)
      AND ($5::text IS NULL OR subject = $5)
      AND ($6::text IS NULL OR at >= $6)
      AND ($7::text IS NULL OR at < $7)
    ORDER BY sequence DESC LIMIT $2`,
});
