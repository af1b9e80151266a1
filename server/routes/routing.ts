import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Severity } from "../../schemas/estate/route.ts";
import { ExceptionCode } from "../../schemas/event/facets.ts";
import { Instant } from "../../schemas/instant.ts";
import { Explanation, OnCall, Routing } from "../../schemas/wire/alert.ts";
import { Fault } from "../fault.ts";
import { maySee } from "../incidents/reading.ts";
import { incidentById } from "../incidents/stored-incidents.ts";
import type { AlertContext } from "../notify/alert-context.ts";
import { explainRouting, madeUpIncident } from "../notify/explain-routing.ts";
import { onCallOf, routingView } from "../notify/routing-view.ts";
import type { Permit } from "../people/permit.ts";
import { allPeople } from "../store/postgres/people.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Asked = z.union([
  z.strictObject({ incident: z.string(), at: Instant.optional() }),
  z.strictObject({
    code: ExceptionCode,
    severity: Severity.nullable().default(null),
    entities: z.array(z.string()).max(500).default([]),
    flow: z.string().nullable().default(null),
    at: Instant.optional(),
  }),
]);

/** Routing: as it is declared, who has duty, and who would be told of what and why. */
export function routingRoutes({ ctx, permit }: { ctx: AlertContext; permit: Permit }): Hono {
  return new Hono()
    .get(
      "/api/v1/routing",
      described({ tag: "Alerts", summary: "Routes, receivers, and what is wrong with them", answers: Routing }),
      permit("alert:read"),
      async (c) => c.json(await routingView(ctx)),
    )
    .post(
      "/api/v1/routing/explain",
      described({
        tag: "Alerts",
        summary: "Who would be told of an incident, or of one made up, by what and why; nothing is sent",
        answers: Explanation,
      }),
      permit("alert:read"),
      validator("json", Asked, expected('{"incident"} or {"code", "severity", "entities", "flow"}, and "at"')),
      async (c) => {
        const asked = c.req.valid("json");
        const now = asked.at === undefined ? ctx.clock.now() : new Date(asked.at);
        if (!("incident" in asked)) {
          refuseUnknown(ctx, asked);
          return c.json(await explainRouting(ctx, madeUpIncident(ctx, asked, now), now));
        }
        const incident = await incidentById(ctx.postgres, asked.incident);
        if (!incident || !maySee(c.get("actor"), incident)) throw new Fault("not-found", "There is no such incident.");
        return c.json(await explainRouting(ctx, incident, now));
      },
    )
    .get(
      "/api/v1/on-call",
      described({
        tag: "Alerts",
        summary: "Who is on call now and next",
        answers: z.object({ rotations: z.array(OnCall) }),
      }),
      permit("alert:read"),
      async (c) => c.json({ rotations: onCallOf(ctx, await ctx.postgres.ask(allPeople, {})) }),
    ) as unknown as Hono;
}

function refuseUnknown({ estate }: AlertContext, asked: { entities: string[]; flow: string | null }): void {
  const strange = asked.entities.find((id) => !estate.entities.some((entity) => entity.id === id));
  if (strange) throw new Fault("invalid-input", `There is no entity ${strange}.`, { pointer: "/entities" });
  if (asked.flow !== null && !estate.flows.some(({ id }) => id === asked.flow))
    throw new Fault("invalid-input", `There is no flow ${asked.flow}.`, { pointer: "/flow" });
}
