import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/** An entry as kept: the exact text that was hashed, and the hashes of the subtrees it completes, its own leaf first. */
export const KeptEntry = z.object({ sequence: BigintColumn, body: z.string(), nodes: z.array(z.string()) });
export type KeptEntry = z.infer<typeof KeptEntry>;

const ENTRY = "sequence, body::text AS body, nodes";

/** Makes appends wait for each other until the transaction ends: two entries never take the same place. */
export const lockAudit = defineQuestion({
  engine: "postgres",
  name: "audit.lock",
  params: z.object({}),
  row: z.unknown(),
  sql: "SELECT pg_advisory_xact_lock(74310002)",
});

/**
 * The complete subtrees the whole log falls into, left to right, by the entry each ends with; no row in an empty log. They end
 * where the log's size has its lowest bits taken away one by one.
 */
export const openSubtrees = defineQuestion({
  engine: "postgres",
  name: "audit.open-subtrees",
  params: z.object({}),
  row: z.object({ sequence: BigintColumn, hash: z.string() }),
  sql: `WITH RECURSIVE ends (sequence) AS (
      (SELECT sequence FROM audit_entries ORDER BY sequence DESC LIMIT 1)
      UNION ALL SELECT sequence & (sequence - 1) FROM ends WHERE sequence & (sequence - 1) > 0
    )
    SELECT sequence, nodes[array_length(nodes, 1)] AS hash FROM ends JOIN audit_entries USING (sequence) ORDER BY sequence`,
});

export const auditSize = defineQuestion({
  engine: "postgres",
  name: "audit.size",
  params: z.object({}),
  row: z.object({ size: BigintColumn }),
  sql: "SELECT coalesce(max(sequence), 0) AS size FROM audit_entries",
});

/** The hashes the given entries complete. */
export const nodesOf = defineQuestion({
  engine: "postgres",
  name: "audit.nodes",
  params: z.object({ sequences: z.array(z.int()) }),
  row: z.object({ sequence: BigintColumn, nodes: z.array(z.string()) }),
  sql: "SELECT sequence, nodes FROM audit_entries WHERE sequence = ANY ($1::bigint[])",
});

export const appendAudit = defineQuestion({
  engine: "postgres",
  name: "audit.append",
  params: z.object({ sequence: z.int(), body: z.string(), nodes: z.array(z.string()) }),
  row: z.never(),
  sql: "INSERT INTO audit_entries (sequence, body, nodes) VALUES ($1, $2::text::json, $3)",
});

/**
 * A stretch of the log in order, from the entry after `after`, as one text: a row costs the embedded engine more than its
 * bytes do. Between entries stands the unit separator, in each the record separator between number with nodes, spaces
 * between them, and body; JSON contains neither. Null where the log ends.
 */
export const auditStretch = defineQuestion({
  engine: "postgres",
  name: "audit.stretch",
  params: z.object({ after: z.int(), limit: z.int() }),
  row: z.object({ entries: z.string().nullable() }),
  sql: `SELECT string_agg(sequence || ' ' || array_to_string(nodes, ' ') || E'\\x1e' || body::text, E'\\x1f' ORDER BY sequence)
      AS entries
    FROM (SELECT sequence, nodes, body FROM audit_entries WHERE sequence > $1 ORDER BY sequence LIMIT $2) AS stretch`,
});

/**
 * Newest first, filtered; `before` is the sequence the page ends ahead of. `actor` is an id or part of a name, `action` a
 * whole one or, ending in a dot, a noun's; `subject` likewise with a colon; `text` is looked for in the whole entry. With
 * `entities`, entries that name another entity are left out.
 */
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
    text: z.string().nullable(),
    entities: z.array(z.string()).nullable(),
  }),
  row: KeptEntry,
  sql: `SELECT ${ENTRY} FROM audit_entries
    WHERE ($1::bigint IS NULL OR sequence < $1)
      AND ($3::text IS NULL OR actor = $3 OR strpos(lower(body -> 'actor' ->> 'name'), lower($3)) > 0)
      AND ($4::text IS NULL OR action = $4 OR ($4 LIKE '%.' AND starts_with(action, $4)))
      AND ($5::text IS NULL OR subject = $5 OR ($5 LIKE '%:' AND starts_with(subject, $5)))
      AND ($6::text IS NULL OR at >= $6)
      AND ($7::text IS NULL OR at < $7)
      AND ($8::text IS NULL OR strpos(lower(body::text), lower($8)) > 0)
      AND ($9::text[] IS NULL OR body -> 'detail' ->> 'entity' IS NULL OR body -> 'detail' ->> 'entity' = ANY ($9))
    ORDER BY sequence DESC LIMIT $2`,
});

export const auditEntry = defineQuestion({
  engine: "postgres",
  name: "audit.entry",
  params: z.object({ sequence: z.int() }),
  row: KeptEntry,
  sql: `SELECT ${ENTRY} FROM audit_entries WHERE sequence = $1`,
});

const KeyRow = z.object({
  sequence: z.number(),
  key: z.string(),
  since: InstantColumn,
  fromSize: BigintColumn,
  endorsement: z.string().nullable(),
  reason: z.string(),
});

/** Keys that signed checkpoints, oldest first. */
export const auditKeys = defineQuestion({
  engine: "postgres",
  name: "audit-key.list",
  params: z.object({}),
  row: KeyRow,
  sql: `SELECT sequence, key, since, from_size AS "fromSize", endorsement, reason FROM audit_keys ORDER BY sequence`,
});

export const insertAuditKey = defineQuestion({
  engine: "postgres",
  name: "audit-key.insert",
  params: z.object({
    sequence: z.int(),
    key: z.string(),
    since: z.string(),
    fromSize: z.int(),
    endorsement: z.string().nullable(),
    reason: z.string(),
  }),
  row: z.never(),
  sql: `INSERT INTO audit_keys (sequence, key, since, from_size, endorsement, reason)
    VALUES ($1, $2, $3::timestamptz, $4, $5, $6)`,
});

export const CheckpointRow = z.object({
  size: BigintColumn,
  root: z.string(),
  note: z.string(),
  signedAt: InstantColumn,
});

/** Signed checkpoints, largest first, of a size below `before` where one is given. */
export const auditCheckpoints = defineQuestion({
  engine: "postgres",
  name: "audit-checkpoint.page",
  params: z.object({ before: z.int().nullable(), limit: z.int() }),
  row: CheckpointRow,
  sql: `SELECT size, root, note, signed_at AS "signedAt" FROM audit_checkpoints
    WHERE ($1::bigint IS NULL OR size < $1) ORDER BY size DESC LIMIT $2`,
});

/** Keeps a checkpoint; one of the same size is there already where several processes sign. */
export const insertCheckpoint = defineQuestion({
  engine: "postgres",
  name: "audit-checkpoint.insert",
  params: z.object({ size: z.int(), root: z.string(), note: z.string(), signedAt: z.string() }),
  row: z.never(),
  sql: `INSERT INTO audit_checkpoints (size, root, note, signed_at) VALUES ($1, $2, $3, $4::timestamptz)
    ON CONFLICT DO NOTHING`,
});

/** Checkpoints the address outside has not taken yet, smallest first. */
export const unsentCheckpoints = defineQuestion({
  engine: "postgres",
  name: "audit-checkpoint.unsent",
  params: z.object({ limit: z.int() }),
  row: CheckpointRow,
  sql: `SELECT size, root, note, signed_at AS "signedAt" FROM audit_checkpoints AS signed
    WHERE size > coalesce((SELECT max(size) FROM audit_checkpoint_sends), 0) ORDER BY size LIMIT $1`,
});

export const checkpointSent = defineQuestion({
  engine: "postgres",
  name: "audit-checkpoint.sent",
  params: z.object({ size: z.int(), sentAt: z.string() }),
  row: z.never(),
  sql: `INSERT INTO audit_checkpoint_sends (size, sent_at) VALUES ($1, $2::timestamptz) ON CONFLICT DO NOTHING`,
});

/** Whether an actor did the same to the same thing since an instant of the real clock; a row where so. */
export const auditDoneSince = defineQuestion({
  engine: "postgres",
  name: "audit.done-since",
  params: z.object({
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.string(),
    since: z.string(),
  }),
  row: z.unknown(),
  sql: `SELECT 1 FROM audit_entries
    WHERE subject = $3 AND action = $2 AND actor = $1 AND body ->> 'recordedAt' >= $5 AND (body -> 'detail')::jsonb = $4::jsonb
    LIMIT 1`,
});
