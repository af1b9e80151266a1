import { Hono } from "hono";
import type { Collecting } from "../collect/collect.ts";
import { Fault } from "../fault.ts";
import type { Ingest } from "../ingest/ingest.ts";
import { withBody } from "../ingest/read-body.ts";
import { described } from "./describe.ts";

/** What a vendor says in a webhook is short; what happened is read from its API. */
const MAX_BYTES = 256 * 1024;

/** Webhooks of vendors, signed as each signs them: they say that there is something to read, and it is read soon. */
export function vendorWebhookRoutes(deps: {
  collecting: Pick<Collecting, "isCall" | "hurry">;
  ingest: Pick<Ingest, "admit">;
}): Hono {
  const { collecting, ingest } = deps;
  return new Hono().post(
    "/api/v1/collectors/:system/webhook",
    described({
      tag: "Collectors",
      summary: "Say that a system has something to read, as its vendor's webhooks do",
      status: 202,
      open: true,
    }),
    (c) => {
      const system = c.req.param("system");
      const limits = { maxBytes: MAX_BYTES, reserve: ingest.admit(`vendor:${system}`) };
      return withBody(c.req.raw, limits, async ({ text, bytes }) => {
        const isCall = collecting.isCall(system, c.req.raw.headers, bytes ?? Buffer.from(text));
        if (isCall === null) throw new Fault("not-found", `No system "${system}" here takes webhooks of its vendor.`);
        if (!isCall) throw new Fault("bad-key", "The webhook is not signed with the secret of this system.");
        collecting.hurry(system);
        return c.body(null, 202);
      });
    },
  ) as unknown as Hono;
}
