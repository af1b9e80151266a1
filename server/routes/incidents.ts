import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { ExceptionClass, ExceptionCode } from "../../schemas/event/facets.ts";
import { Role } from "../../schemas/estate/role.ts";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import { IncidentAnswer, IncidentDetail, IncidentRow, IncidentState, Severity } from "../../schemas/wire/incident.ts";
import { entitiesAsked } from "../breaks/break-rows.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { acknowledgeIncident } from "../incidents/acknowledge-incident.ts";
import type { ActedIncident } from "../incidents/act-on-incident.ts";
import { assignIncident } from "../incidents/assign-incident.ts";
import { incidentDetail } from "../incidents/incident-detail.ts";
import { noteIncident } from "../incidents/note-incident.ts";
import { incidentRow, maySee } from "../incidents/reading.ts";
import { resolveIncident } from "../incidents/resolve-incident.ts";
import { snoozeIncident } from "../incidents/snooze-incident.ts";
import { tickStep } from "../incidents/tick-step.ts";
import { wakeIncident } from "../incidents/wake-incident.ts";
import { periodsAsked } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import type { Permit } from "../people/permit.ts";
import { incidentPage } from "../store/postgres/incidents.ts";
import { described } from "./describe.ts";
import { expected, pageLimit } from "./expected.ts";

/** One value or several, separated by commas. */
const several = <T extends Record<string, string>>(one: z.ZodEnum<T>) =>
  z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(one))
    .optional();

const Filter = z.object({
  state: several(IncidentState),
  severity: several(Severity),
  class: several(ExceptionClass),
  code: ExceptionCode.optional(),
  owner: Role.optional(),
  assignee: z.string().optional(),
  entity: z.string().optional(),
  period: PeriodKey.optional(),
  flow: z.string().optional(),
  /** A hold of the close board: the incident behind it. */
  hold: z.string().optional(),
  /** Only what the asker's role is told of first. */
  mine: z.enum(["true", "false"]).optional(),
  limit: pageLimit(200, 2_000),
});
const Page = z.object({ incidents: z.array(IncidentRow), more: z.boolean() });

const Text = z.string().trim().min(1).max(2_000);
/** `revisions`: what the actor saw of each incident; one that changed since is refused. */
const Acted = {
  ids: z.array(z.string()).min(1).max(200),
  revisions: z.record(z.string(), z.int()).optional(),
};
const Many = z.strictObject(Acted);
const Assigned = z.strictObject({ ...Acted, to: z.string().min(1), text: z.string().trim().max(2_000).optional() });
const Snoozed = z.strictObject({ ...Acted, until: Instant.optional(), milestone: z.string().optional(), text: Text });
const Resolved = z.strictObject({ ...Acted, text: Text });
const Noted = z.strictObject({ text: Text, postMortem: z.boolean().default(false) });
const Ticked = z.strictObject({ step: z.int().min(1), done: z.boolean() });

interface Deps {
  ctx: Context;
  permit: Permit;
}

/** Incidents: what is wrong, by root cause, in the words of whoever asks. */
export function incidentRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [reading(deps), acting(deps), telling(deps)]) routes.route("/", part);
  return routes;
}

function reading({ ctx, permit }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/incidents",
      described({ tag: "Incidents", summary: "Incidents, open ones first, worst first", answers: Page }),
      permit("incident:read"),
      validator(
        "query",
        Filter,
        expected("state, severity, class, code, owner, entity, period, flow, hold, mine, limit"),
      ),
      async (c) => {
        const { limit, mine, entity, ...filter } = c.req.valid("query");
        const actor = c.get("actor");
        if (entity && !inScope(actor, entity)) {
          throw new Fault("not-found", `There is no entity ${entity} for you to see.`);
        }
        const rows = await ctx.postgres.ask(incidentPage, {
          states: filter.state ?? null,
          severities: filter.severity ?? null,
          classes: filter.class ?? null,
          ...{ code: filter.code ?? null, owner: filter.owner ?? null, assignee: filter.assignee ?? null },
          entities: entity ? [entity] : entitiesAsked(actor.entities),
          ...{ period: filter.period ?? null, flow: filter.flow ?? null, hold: filter.hold ?? null },
          ...{ limit: limit + 1, sight: periodsAsked(actor) },
        });
        const incidents = rows
          .slice(0, limit)
          .filter((row) => maySee(actor, row))
          .map((row) => incidentRow(actor, row))
          .filter((row) => mine !== "true" || row.mine);
        return c.json({ incidents, more: rows.length > limit });
      },
    )
    .get(
      "/api/v1/incidents/:id",
      described({ tag: "Incidents", summary: "One incident with all that was said and done", answers: IncidentDetail }),
      permit("incident:read"),
      async (c) => c.json(await incidentDetail(ctx, c.get("actor"), c.req.param("id"))),
    ) as unknown as Hono;
}

function acting({ ctx, permit }: Deps): Hono {
  return new Hono()
    .post(
      "/api/v1/incidents/acknowledge",
      described({ tag: "Incidents", summary: "Say that you look after them", answers: IncidentAnswer }),
      permit("incident:act"),
      validator("json", Many, expected('{"ids"}')),
      async (c) => c.json(await each(c.req.valid("json"), (one) => acknowledgeIncident(ctx, c.get("actor"), one))),
    )
    .post(
      "/api/v1/incidents/assign",
      described({ tag: "Incidents", summary: "Give incidents to a person", answers: IncidentAnswer }),
      permit("incident:act"),
      validator("json", Assigned, expected('{"ids", "to"}')),
      async (c) => {
        const { to, text, ...asked } = c.req.valid("json");
        return c.json(await each(asked, (one) => assignIncident(ctx, c.get("actor"), { ...one, to, text })));
      },
    )
    .post(
      "/api/v1/incidents/snooze",
      described({
        tag: "Incidents",
        summary: "Put incidents aside until an instant or a milestone",
        answers: IncidentAnswer,
      }),
      permit("incident:act"),
      validator("json", Snoozed, expected('{"ids", "until" or "milestone", "text"}')),
      async (c) => {
        const { until, milestone, text, ...asked } = c.req.valid("json");
        return c.json(
          await each(asked, (one) => snoozeIncident(ctx, c.get("actor"), { ...one, until, milestone, text })),
        );
      },
    )
    .post(
      "/api/v1/incidents/wake",
      described({ tag: "Incidents", summary: "Take an acknowledgement or a snooze back", answers: IncidentAnswer }),
      permit("incident:act"),
      validator("json", Many, expected('{"ids"}')),
      async (c) => c.json(await each(c.req.valid("json"), (one) => wakeIncident(ctx, c.get("actor"), one))),
    )
    .post(
      "/api/v1/incidents/resolve",
      described({ tag: "Incidents", summary: "End incidents whose cause is gone", answers: IncidentAnswer }),
      permit("incident:act"),
      validator("json", Resolved, expected('{"ids", "text"}')),
      async (c) => {
        const { text, ...asked } = c.req.valid("json");
        return c.json(await each(asked, (one) => resolveIncident(ctx, c.get("actor"), { ...one, text })));
      },
    ) as unknown as Hono;
}

function telling({ ctx, permit }: Deps): Hono {
  return new Hono()
    .post(
      "/api/v1/incidents/:id/notes",
      described({
        tag: "Incidents",
        summary: "Remark on an incident, or write its post-mortem",
        status: 201,
        answers: IncidentRow,
      }),
      permit("incident:act"),
      validator("json", Noted, expected('{"text", "postMortem"}')),
      async (c) => {
        const asked = { id: c.req.param("id"), ...c.req.valid("json") };
        return c.json(await noteIncident(ctx, c.get("actor"), asked), 201);
      },
    )
    .post(
      "/api/v1/incidents/:id/steps",
      described({ tag: "Incidents", summary: "Tick a step of its runbook off", answers: IncidentRow }),
      permit("incident:act"),
      validator("json", Ticked, expected('{"step", "done"}')),
      async (c) => {
        const asked = { id: c.req.param("id"), ...c.req.valid("json") };
        return c.json(await tickStep(ctx, c.get("actor"), asked));
      },
    ) as unknown as Hono;
}

/** Each in a transaction of its own, so that one that cannot be done does not hold up the others. */
async function each(
  { ids, revisions }: { ids: readonly string[]; revisions?: Readonly<Record<string, number>> | undefined },
  act: (one: ActedIncident) => Promise<IncidentRow>,
): Promise<IncidentAnswer> {
  const answer: IncidentAnswer = { done: [], refused: [] };
  for (const id of new Set(ids)) {
    try {
      answer.done.push(await act({ id, revision: revisions?.[id] }));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      answer.refused.push({ id, code: error.code, reason: error.message });
    }
  }
  return answer;
}
