import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { SCOPES } from "../../people/permissions.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** What a key may speak for; null is everything. */
const Limit = z
  .array(z.string())
  .nullable()
  .transform((named) => named ?? ("all" as const));

/** A key as it may be shown: never the key itself, which is not kept. */
export const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** The key's first characters. */
  hint: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  entities: Limit,
  namespaces: Limit,
  createdBy: z.string(),
  createdAt: InstantColumn,
  expiresAt: InstantColumn.nullable(),
  lastUsedAt: InstantColumn.nullable(),
  revokedAt: InstantColumn.nullable(),
  revokedBy: z.string().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

const COLUMNS = `id, name, hint, scopes, entities, namespaces, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt", revoked_by AS "revokedBy"`;

export const insertKey = defineQuestion({
  engine: "postgres",
  name: "key.insert",
  params: z.object({
    id: z.string(),
    name: z.string(),
    hint: z.string(),
    sha256: z.string(),
    scopes: z.array(z.string()),
    createdBy: z.string(),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    entities: z.array(z.string()).nullable(),
    namespaces: z.array(z.string()).nullable(),
  }),
  row: ApiKey,
  sql: `INSERT INTO api_keys (id, name, hint, sha256, scopes, created_by, created_at, expires_at, entities, namespaces)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${COLUMNS}`,
});

export const keyBySha256 = defineQuestion({
  engine: "postgres",
  name: "key.by-sha256",
  params: z.object({ sha256: z.string() }),
  row: ApiKey,
  sql: `SELECT ${COLUMNS} FROM api_keys WHERE sha256 = $1`,
});

export const keyById = defineQuestion({
  engine: "postgres",
  name: "key.by-id",
  params: z.object({ id: z.string() }),
  row: ApiKey,
  sql: `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`,
});

export const allKeys = defineQuestion({
  engine: "postgres",
  name: "key.list",
  params: z.object({}),
  row: ApiKey,
  sql: `SELECT ${COLUMNS} FROM api_keys ORDER BY created_at DESC, id DESC`,
});

/** Answers no row where there is no such key or it is revoked already. */
export const markKeyRevoked = defineQuestion({
  engine: "postgres",
  name: "key.revoke",
  params: z.object({ id: z.string(), at: Instant, by: z.string() }),
  row: ApiKey,
  sql: `UPDATE api_keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
});

export const markKeyUsed = defineQuestion({
  engine: "postgres",
  name: "key.used",
  params: z.object({ id: z.string(), at: Instant }),
  row: z.never(),
  sql: "UPDATE api_keys SET last_used_at = greatest(last_used_at, $2::timestamptz) WHERE id = $1",
});
