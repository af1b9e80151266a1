import type { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Me } from "../../schemas/wire/live.ts";
import { record } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import type { People } from "../people/people.ts";
import { Enrolment } from "../people/second-factor.ts";
import { spendCode } from "../store/postgres/people.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";
import { meOf, withCookies, withSession } from "./session-answers.ts";

const Code = z.strictObject({ code: z.string().trim().min(6).max(20) });
const Password = z.strictObject({ password: z.string().min(1).max(200) });
const PATH = "/api/v1/session/second-factor";

/** A second factor: asked for at sign-in, set up and taken away by whoever it is of. */
export function mountSecondFactor(routes: Hono, ctx: Context, people: People): void {
  mountSignIn(routes, ctx, people);
  mountEnrolment(routes, ctx, people);
}

function mountSignIn(routes: Hono, ctx: Context, people: People): void {
  const { auth } = people;
  routes.post(
    PATH,
    described({
      tag: "Session",
      summary: "Finish signing in with a code of one's app, or a backup code",
      answers: Me,
      open: true,
    }),
    validator("json", Code, expected('{"code"}: six digits of the app, or a backup code')),
    async (c) => {
      const { code } = c.req.valid("json");
      const { personId, cookies } = await auth.secondFactor.signIn(code, c.req.raw.headers);
      const [unspent] = await ctx.postgres.ask(spendCode, { personId, code });
      if (!unspent) {
        await auth.signOut(withSession(cookies));
        throw new Fault("not-signed-in", "This code was used already. Wait for the next one.");
      }
      withCookies(c, cookies);
      return c.json(await meOf(people, withSession(cookies)));
    },
  );
}

function mountEnrolment(routes: Hono, ctx: Context, people: People): void {
  const { secondFactor } = people.auth;
  const note = (me: Me, action: string) =>
    ctx.postgres.transaction((tx) => {
      const actor = { kind: "person", id: me.id, name: me.name, role: me.role } as const;
      return record(tx, { at: ctx.clock.now(), actor, action, subject: `person:${me.id}`, detail: {} });
    });
  routes.post(
    `${PATH}/enrolment`,
    described({ tag: "Session", summary: "Begin to set up a second factor; shown this once", answers: Enrolment }),
    validator("json", Password, expected('{"password"}')),
    async (c) => {
      const me = await meOf(people, c.req.raw.headers);
      if (me.secondFactor === "elsewhere") {
        throw new Fault(
          "conflict",
          "You have no password here; second factors are your identity provider's to ask for.",
        );
      }
      if (me.secondFactor === "on") throw new Fault("conflict", "There is a second factor. Take it away first.");
      c.header("Cache-Control", "no-store");
      return c.json(await secondFactor.enrol(c.req.valid("json").password, c.req.raw.headers));
    },
  );
  routes.put(
    PATH,
    described({
      tag: "Session",
      summary: "Confirm a second factor with a first code; it counts from now on",
      status: 204,
    }),
    validator("json", Code, expected('{"code"}: six digits of the app')),
    async (c) => {
      const me = await meOf(people, c.req.raw.headers);
      withCookies(c, await secondFactor.confirm(c.req.valid("json").code, c.req.raw.headers));
      await note(me, "person.add-second-factor");
      return c.body(null, 204);
    },
  );
  routes.delete(
    PATH,
    described({ tag: "Session", summary: "Take one's own second factor away", status: 204 }),
    validator("json", Password, expected('{"password"}')),
    async (c) => {
      const me = await meOf(people, c.req.raw.headers);
      withCookies(c, await secondFactor.drop(c.req.valid("json").password, c.req.raw.headers));
      await note(me, "person.drop-second-factor");
      return c.body(null, 204);
    },
  );
}
