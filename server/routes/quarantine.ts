import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Accepted } from "../../schemas/wire/ingest.ts";
import { QuarantineItem, QuarantinePage } from "../../schemas/wire/quarantine-item.ts";
import type { Actor } from "../context.ts";
import { discardQuarantined } from "../ingest/discard-quarantined.ts";
import { quarantineItem, quarantineRows } from "../ingest/quarantine-rows.ts";
import type { QuarantineDeps } from "../ingest/resolve-quarantined.ts";
import { resubmitQuarantined } from "../ingest/resubmit-quarantined.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

const Filter = z.object({
  state: QuarantineItem.shape.state.optional(),
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z_[0-9a-f]+$/, "expected `next` of the page before")
    .optional(),
  limit: pageLimit(50, 500),
});
const Reason = z.string().trim().min(1).max(1000);
const Correction = z.strictObject({ text: z.string().min(1), reason: Reason });
const Discard = z.strictObject({ reason: Reason });

interface QuarantineDoors {
  permit: Permit;
  /** Notes in the log that somebody read what came in. */
  noteRead(actor: Actor, what: { subject: string }): Promise<void>;
}

/** Input that could not be accepted: read it, correct and resubmit it, or discard it. */
export function quarantineRoutes(deps: QuarantineDeps & QuarantineDoors): Hono {
  const { clickhouse, permit } = deps;
  return new Hono()
    .get(
      "/api/v1/quarantine",
      described({ tag: "Quarantine", summary: "Quarantined inputs, newest first", answers: QuarantinePage }),
      permit("quarantine:read"),
      validator("query", Filter, expected("state, before, limit")),
      async (c) => c.json(await quarantineRows(clickhouse, c.req.valid("query"))),
    )
    .get(
      "/api/v1/quarantine/:id",
      described({ tag: "Quarantine", summary: "One quarantined input, whole", answers: QuarantineItem }),
      permit("quarantine:read"),
      async (c) => {
        const item = await quarantineItem(clickhouse, c.req.param("id"));
        await deps.noteRead(c.get("actor"), { subject: `quarantine:${item.id}` });
        return c.json(item);
      },
    )
    .post(
      "/api/v1/quarantine/:id/resubmit",
      described({ tag: "Quarantine", summary: "Send the corrected input in again", status: 201, answers: Accepted }),
      permit("quarantine:resubmit"),
      validator("json", Correction, expected('{"text": the corrected input, "reason"}')),
      async (c) => {
        const resubmission = { id: c.req.param("id"), ...c.req.valid("json") };
        return c.json(await resubmitQuarantined(deps, c.get("actor"), resubmission), 201);
      },
    )
    .post(
      "/api/v1/quarantine/:id/discard",
      described({ tag: "Quarantine", summary: "Decide that an input is not worth correcting", status: 204 }),
      permit("quarantine:resubmit"),
      validator("json", Discard, expected('{"reason"}')),
      async (c) => {
        await discardQuarantined(deps, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") });
        return c.body(null, 204);
      },
    ) as unknown as Hono;
}
