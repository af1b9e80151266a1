import * as z from "zod";
import { Role } from "../../../schemas/estate/role.ts";
import { EvidencePack, EvidenceScope } from "../../../schemas/wire/evidence.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/** Who asked, as they were then: what the pack holds is decided by it. */
export const Requester = z.object({
  kind: z.enum(["person", "key", "rule"]),
  id: z.string(),
  name: z.string(),
  role: Role.nullable(),
  scopes: z.array(z.string()),
});
export type Requester = z.infer<typeof Requester>;

const PackRow = z.object({
  ...EvidencePack.omit({ requestedBy: true }).shape,
  scope: EvidenceScope,
  requester: Requester,
  requestedAt: InstantColumn,
  rowsDone: BigintColumn,
  rowsExpected: BigintColumn,
  builtAt: InstantColumn.nullable(),
  bytes: BigintColumn.nullable(),
  sealedBy: BigintColumn.nullable(),
});
export type PackRow = z.infer<typeof PackRow>;

const COLUMNS = `id, title, scope, requester, reason, requested_at AS "requestedAt", state, step, rows_done AS "rowsDone",
    rows_expected AS "rowsExpected", built_at AS "builtAt", bytes, sha256, sealed_by AS "sealedBy", downloads`;

export const insertPack = defineQuestion({
  engine: "postgres",
  name: "evidence-pack.insert",
  params: z.object({
    id: z.string(),
    title: z.string(),
    scope: z.string(),
    entities: z.array(z.string()).nullable(),
    reason: z.string(),
    requester: z.string(),
    requestedAt: z.string(),
    step: z.string(),
    rowsExpected: z.int(),
  }),
  row: PackRow,
  sql: `INSERT INTO evidence_packs
      (id, title, scope, entities, reason, requester, requested_at, state, step, rows_expected)
    VALUES ($1, $2, $3::jsonb, $4, $5, $6::jsonb, $7::timestamptz, 'waiting', $8, $9) RETURNING ${COLUMNS}`,
});

export const packById = defineQuestion({
  engine: "postgres",
  name: "evidence-pack.by-id",
  params: z.object({ id: z.string() }),
  row: PackRow,
  sql: `SELECT ${COLUMNS} FROM evidence_packs WHERE id = $1`,
});

/** Packs newest first whose entities are all among the given ones; null gives all. */
export const packPage = defineQuestion({
  engine: "postgres",
  name: "evidence-pack.page",
  params: z.object({ before: z.string().nullable(), limit: z.int(), entities: z.array(z.string()).nullable() }),
  row: PackRow,
  sql: `SELECT ${COLUMNS} FROM evidence_packs
    WHERE ($1::text IS NULL OR id < $1) AND ($3::text[] IS NULL OR entities <@ $3)
    ORDER BY id DESC LIMIT $2`,
});

export const packProgress = defineQuestion({
  engine: "postgres",
  name: "evidence-pack.progress",
  params: z.object({ id: z.string(), state: z.string(), step: z.string(), rowsDone: z.int() }),
  row: z.never(),
  sql: "UPDATE evidence_packs SET state = $2, step = $3, rows_done = $4 WHERE id = $1",
});

export const packReady = defineQuestion({
  engine: "postgres",
  name: "evidence-pack.ready",
  params: z.object({
    id: z.string(),
    rowsDone: z.int(),
    builtAt: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    sealedBy: z.int(),
  }),
  row: z.never(),
  sql: `UPDATE evidence_packs SET state = 'ready', step = 'Ready', rows_done = $2, built_at = $3::timestamptz, bytes = $4,
      sha256 = $5, sealed_by = $6 WHERE id = $1`,
});

export const packDownloaded = defineQuestion({
  engine: "postgres",
  name: "evidence-pack.downloaded",
  params: z.object({ id: z.string() }),
  row: z.never(),
  sql: "UPDATE evidence_packs SET downloads = downloads + 1 WHERE id = $1",
});
