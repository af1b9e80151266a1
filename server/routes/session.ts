import { Hono, type Context as HonoContext } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Role, ROLE_TITLES } from "../../schemas/estate/role.ts";
import { Me } from "../../schemas/wire/live.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { createAttempts } from "../people/attempts.ts";
import { LEAST_PASSWORD_LENGTH, OIDC_CALLBACK_PATH } from "../people/auth.ts";
import { demoName, demoPerson } from "../people/demo-people.ts";
import { onLoopback } from "../people/on-loopback.ts";
import type { People } from "../people/people.ts";
import { refuseOtherSites } from "../people/same-origin.ts";
import { meOf, withCookies, withSession } from "./session-answers.ts";
import { mountSecondFactor } from "./session-second-factor.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Password = z.strictObject({ email: z.email(), password: z.string().min(1).max(200) });
const DemoRole = z.strictObject({ role: Role });
const NewPassword = z.strictObject({
  current: z.string().min(1).max(200),
  next: z.string().min(LEAST_PASSWORD_LENGTH).max(128),
});
const SignInOptions = z.object({
  password: z.boolean(),
  /** Where to send the browser, where an identity provider is set up. */
  oidc: z.string().nullable(),
  /** One click each; empty outside the demo. */
  demo: z.array(z.object({ role: Role, title: z.string(), name: z.string() })),
});

/** Signing in and out, and who is signed in. */
export function sessionRoutes(deps: { ctx: Context; people: People }): Hono {
  const { ctx, people } = deps;
  const routes = new Hono();
  routes.use("/api/v1/session/*", async (c, next) => {
    refuseOtherSites(c.req.raw, people.publicUrl);
    await next();
  });
  mountQuestions(routes, people);
  mountPassword(routes, people);
  mountSecondFactor(routes, ctx, people);
  mountDemo(routes, ctx, people);
  mountOidc(routes, people);
  return routes;
}

function mountQuestions(routes: Hono, people: People): void {
  routes.get(
    "/api/v1/session/options",
    described({ tag: "Session", summary: "Ways to sign in here", answers: SignInOptions, open: true }),
    (c) =>
      c.json({
        password: true,
        oidc: people.oidc ? "/api/v1/session/oidc" : null,
        demo: demoAllowed(people, c)
          ? Role.options.map((role) => ({ role, title: ROLE_TITLES[role], name: demoName(role) }))
          : [],
      } satisfies z.infer<typeof SignInOptions>),
  );
  routes.get(
    "/api/v1/session/me",
    described({ tag: "Session", summary: "Who is signed in, and what they may do", answers: Me }),
    async (c) => {
      return c.json(await meOf(people, c.req.raw.headers));
    },
  );
  routes.delete(
    "/api/v1/session/me",
    described({ tag: "Session", summary: "Sign out", status: 204, open: true }),
    async (c) => {
      withCookies(c, await people.auth.signOut(c.req.raw.headers));
      return c.body(null, 204);
    },
  );
}

function mountPassword(routes: Hono, people: People): void {
  const attempts = createAttempts();
  routes.post(
    "/api/v1/session/password",
    described({
      tag: "Session",
      summary: "Sign in by e-mail and password; 202 where a second factor's code is asked for next",
      answers: Me,
      open: true,
    }),
    validator("json", Password, expected('{"email", "password"}')),
    async (c) => {
      const by = c.req.valid("json");
      attempts.refuseTooMany(by.email);
      const passed = await people.auth.signInByPassword(by, c.req.raw.headers);
      if (!passed) {
        attempts.failed(by.email);
        throw new Fault("not-signed-in", "E-mail address and password do not belong together.");
      }
      attempts.passed(by.email);
      withCookies(c, passed.cookies);
      if (passed.secondFactor) return c.json({ secondFactor: "asked" }, 202);
      return c.json(await meOf(people, withSession(passed.cookies)));
    },
  );
  routes.put(
    "/api/v1/session/password",
    described({ tag: "Session", summary: "Change one's own password; other sessions end", status: 204 }),
    validator("json", NewPassword, expected(`{"current", "next"}, next of ${LEAST_PASSWORD_LENGTH} to 128 characters`)),
    async (c) => {
      await meOf(people, c.req.raw.headers);
      withCookies(c, await people.auth.changePassword(c.req.valid("json"), c.req.raw.headers));
      return c.body(null, 204);
    },
  );
}

function mountDemo(routes: Hono, ctx: Context, people: People): void {
  routes.post(
    "/api/v1/session/demo",
    described({
      tag: "Session",
      summary: "Sign in as a role, on loopback with the demo only",
      answers: Me,
      open: true,
    }),
    validator("json", DemoRole, expected(`{"role"}, one of ${Role.options.join(", ")}`)),
    async (c) => {
      if (!demoAllowed(people, c)) {
        throw new Fault("not-permitted", "Signing in as a role is possible only in the demo, on this machine itself.");
      }
      const person = await demoPerson(ctx, c.req.valid("json").role);
      const cookies = await people.auth.signInPerson(person.id, c.req.raw.headers);
      withCookies(c, cookies);
      return c.json(await meOf(people, withSession(cookies)));
    },
  );
}

function mountOidc(routes: Hono, people: People): void {
  routes.get(
    "/api/v1/session/oidc",
    described({ tag: "Session", summary: "Sign in at the identity provider", status: 302, open: true }),
    async (c) => {
      const { url, cookies } = await people.auth.startOidc(c.req.raw.headers);
      withCookies(c, cookies);
      return c.redirect(url, 302);
    },
  );
  routes.get(
    OIDC_CALLBACK_PATH,
    described({ tag: "Session", summary: "Where the identity provider sends people back to", status: 302, open: true }),
    (c) => {
      if (!people.oidc) throw new Fault("not-found", "No identity provider is set up here.");
      return people.auth.finishOidc(c.req.raw);
    },
  );
}

function demoAllowed(people: People, c: HonoContext): boolean {
  return people.demo && onLoopback(c.req.raw.headers);
}
