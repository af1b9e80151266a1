import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Instant } from "../../schemas/instant.ts";
import { KeyRow } from "../../schemas/wire/access.ts";
import type { Context } from "../context.ts";
import { createKey } from "../people/create-key.ts";
import type { People } from "../people/people.ts";
import { SCOPES } from "../people/permissions.ts";
import { revokeKey } from "../people/revoke-key.ts";
import { allKeys } from "../store/postgres/api-keys.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Limit = z.union([z.literal("all"), z.array(z.string().trim().min(1).max(500)).min(1).max(200)]).default("all");
const NewKey = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1),
  expiresAt: Instant.nullable().default(null),
  entities: Limit,
  namespaces: Limit,
});

/** API keys: made, listed, revoked. */
export function keyRoutes(deps: { ctx: Context; people: People }): Hono {
  const { ctx, people } = deps;
  return new Hono()
    .get(
      "/api/v1/keys",
      described({ tag: "Keys", summary: "All keys, newest first", answers: z.object({ keys: z.array(KeyRow) }) }),
      people.permit("access:read"),
      async (c) => c.json({ keys: await ctx.postgres.ask(allKeys, {}) }),
    )
    .post(
      "/api/v1/keys",
      described({
        tag: "Keys",
        summary: "Make a key; the answer shows it this once",
        status: 201,
        answers: z.object({ key: z.string(), row: KeyRow }),
      }),
      people.permit("key:manage"),
      validator(
        "json",
        NewKey,
        expected(
          '{"name", "scopes": [...], "expiresAt": instant or null, "entities" and "namespaces": "all" or [...]}',
        ),
      ),
      async (c) => {
        c.header("Cache-Control", "no-store");
        return c.json(await createKey(ctx, c.get("actor"), c.req.valid("json")), 201);
      },
    )
    .delete(
      "/api/v1/keys/:id",
      described({ tag: "Keys", summary: "Revoke a key, at once", answers: KeyRow }),
      people.permit("key:manage"),
      async (c) => c.json(await revokeKey(ctx, people.keys, c.get("actor"), c.req.param("id"))),
    ) as unknown as Hono;
}
