import * as z from "zod";
import { Instant } from "../../schemas/instant.ts";

/** An API key as it is shown: never the key itself, only a hint of it. */
export const KeyRow = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.string()),
  /** Entities it may read and speak of. */
  entities: z.union([z.literal("all"), z.array(z.string())]),
  /** Namespaces of jobs and datasets it may send events of, each whole or up to a `*`. */
  namespaces: z.union([z.literal("all"), z.array(z.string())]),
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
  revokedBy: z.string().nullable(),
});
