import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Role } from "../../schemas/estate/role.ts";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import type { Context } from "../context.ts";
import { PersonAccess, PersonSession, RoleTable } from "../../schemas/wire/access.ts";
import { accessReview, AccessReview, accessReviewCsv } from "../people/access-review.ts";
import { addPerson } from "../people/add-person.ts";
import { dropSecondFactor } from "../people/drop-second-factor.ts";
import { changeDuty } from "../people/change-duty.ts";
import { endSession } from "../people/end-session.ts";
import { endSessions } from "../people/end-sessions.ts";
import { peopleAccess } from "../people/people-access.ts";
import type { People } from "../people/people.ts";
import { removePerson } from "../people/remove-person.ts";
import { roleTable } from "../people/role-table.ts";
import type { Person } from "../store/postgres/people.ts";
import { sessionsOf } from "../store/postgres/sessions.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Entities = z.union([z.literal("all"), z.array(z.string()).min(1)]);
/** Periods an auditor is limited to. */
const Periods = z.union([z.literal("all"), z.array(PeriodKey).min(1)]);
const Duty = z.strictObject({ role: Role, entities: Entities, periods: Periods.default("all") });
const Invitation = z.strictObject({
  name: z.string().trim().min(1).max(100),
  email: z.email(),
  role: Role,
  entities: Entities,
  periods: Periods.default("all"),
  /** Whether a first password is made; false for people who sign in through the identity provider. */
  password: z.boolean().default(true),
});
const PersonRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  entities: Entities,
  periods: Periods,
  createdAt: Instant,
});

interface Deps {
  ctx: Context;
  people: People;
}

/** People: invited, given duties, removed. */
export function peopleRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [inviting(deps), ending(deps), reviewing(deps)]) routes.route("/", part);
  return routes;
}

function inviting({ ctx, people }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/people",
      described({ tag: "People", summary: "Everybody", answers: z.object({ people: z.array(PersonAccess) }) }),
      people.permit("access:read"),
      async (c) => c.json({ people: await peopleAccess(ctx.postgres) }),
    )
    .post(
      "/api/v1/people",
      described({
        tag: "People",
        summary: "Invite a person; a first password is shown this once",
        status: 201,
        answers: z.object({ person: PersonRow, password: z.string().nullable() }),
      }),
      people.permit("person:manage"),
      validator("json", Invitation, expected('{"name", "email", "role", "entities": "all" or [ids], "password"}')),
      async (c) => {
        const { password: wanted, ...asked } = c.req.valid("json");
        const { person, password } = await addPerson(ctx, c.get("actor"), asked, { password: wanted });
        c.header("Cache-Control", "no-store");
        return c.json({ person: rowOf(person), password }, 201);
      },
    )
    .put(
      "/api/v1/people/:id/duty",
      described({
        tag: "People",
        summary: "Change a person's role, entities and an auditor's periods",
        answers: PersonRow,
      }),
      people.permit("person:manage"),
      validator("json", Duty, expected('{"role", "entities": "all" or [ids], "periods": "all" or [periods]}')),
      async (c) => c.json(rowOf(await changeDuty(ctx, c.get("actor"), c.req.param("id"), c.req.valid("json")))),
    )
    .delete(
      "/api/v1/people/:id",
      described({ tag: "People", summary: "Remove a person; their sessions end at once", status: 204 }),
      people.permit("person:manage"),
      async (c) => {
        await removePerson(ctx, c.get("actor"), c.req.param("id"));
        return c.body(null, 204);
      },
    ) as unknown as Hono;
}

/** What proves who somebody is, taken away. */
function ending({ ctx, people }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/people/:id/sessions",
      described({
        tag: "People",
        summary: "A person's open sessions, newest first",
        answers: z.object({ sessions: z.array(PersonSession) }),
      }),
      people.permit("person:manage"),
      async (c) => c.json({ sessions: await ctx.postgres.ask(sessionsOf, { personId: c.req.param("id") }) }),
    )
    .delete(
      "/api/v1/people/:id/sessions/:session",
      described({ tag: "People", summary: "End one session of a person at once", status: 204 }),
      people.permit("person:manage"),
      async (c) => {
        const { id: personId, session: id } = c.req.param();
        await endSession(ctx, c.get("actor"), { personId, id });
        return c.body(null, 204);
      },
    )
    .post(
      "/api/v1/people/:id/sign-out",
      described({ tag: "People", summary: "End every session of a person at once", status: 204 }),
      people.permit("person:manage"),
      async (c) => {
        await endSessions(ctx, c.get("actor"), c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .delete(
      "/api/v1/people/:id/second-factor",
      described({ tag: "People", summary: "Take a lost second factor away; the person's sessions end", status: 204 }),
      people.permit("person:manage"),
      async (c) => {
        await dropSecondFactor(ctx, c.get("actor"), c.req.param("id"));
        return c.body(null, 204);
      },
    ) as unknown as Hono;
}

function reviewing({ ctx, people }: Deps): Hono {
  return new Hono()
    .get(
      "/api/v1/roles",
      described({ tag: "People", summary: "What each role may do, in words", answers: RoleTable }),
      people.permit("access:read"),
      (c) => c.json(roleTable()),
    )
    .get(
      "/api/v1/access-review",
      described({
        tag: "People",
        summary: "Who may do what, for reviewing it; as CSV with format=csv",
        answers: AccessReview,
      }),
      people.permit("audit:read"),
      validator(
        "query",
        z.object({ format: z.enum(["json", "csv"]).default("json") }),
        expected("format: json or csv"),
      ),
      async (c) => {
        const review = await accessReview(ctx, c.get("actor"));
        if (c.req.valid("query").format === "json") return c.json(review);
        c.header("Content-Type", "text/csv; charset=utf-8");
        c.header("Content-Disposition", `attachment; filename="access-review-${review.at.slice(0, 10)}.csv"`);
        return c.body(accessReviewCsv(review));
      },
    ) as unknown as Hono;
}

function rowOf(person: Person): z.infer<typeof PersonRow> {
  return { ...person, entities: person.entities ?? "all", periods: person.periods ?? "all" };
}
