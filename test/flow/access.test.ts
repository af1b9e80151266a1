import type { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../../server/context.ts";
import { createApp } from "../../server/app.ts";
import type { AccessReview } from "../../server/people/access-review.ts";
import { openPeople, type People } from "../../server/people/people.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import { keyRoutes } from "../../server/routes/keys.ts";
import { peopleRoutes } from "../../server/routes/people.ts";
import { sessionRoutes } from "../../server/routes/session.ts";
import { browser, URL_HERE, withKey } from "../http-clients.ts";
import { startOidcProvider } from "../oidc-provider.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";

const ADMIN_KEY = "an-admin-key-of-more-than-32-characters";
const log = pino({ level: "silent" });

describe("access", () => {
  let opened: OpenedEngine;
  let ctx: Context;
  let app: Hono;

  const peopleOf = (over: Partial<Parameters<typeof openPeople>[0]> = {}) =>
    openPeople({
      ...ctx,
      ...{ dataDirectory: opened.directory, publicUrl: URL_HERE, adminKey: ADMIN_KEY, demo: false, environment: {} },
      ...over,
    });
  const appOf = (people: People): Hono => {
    const routes = [sessionRoutes({ ctx, people }), keyRoutes({ ctx, people }), peopleRoutes({ ctx, people })];
    return createApp({ log, routes, ui: null, maxEventBytes: 1024 });
  };

  beforeAll(async () => {
    opened = await POSTGRES_ENGINES[0]!.open();
    const clock = { now: () => new Date() };
    ctx = { postgres: opened.postgres, clock, estate: PLANNING_ESTATE, log, dismiss: () => {} } as unknown as Context;
    app = appOf(await peopleOf());
  }, 60_000);
  afterAll(() => opened.stop());

  test("an access review names everybody, every key and what they may do, and its taking is on record", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const formula = { name: "=HYPERLINK(1)", email: "formula@small.example", role: "auditor", entities: ["DE01"] };
    const { person } = (await (await admin.call("POST", "/api/v1/people", formula)).json()) as {
      person: { id: string };
    };
    const review = (await (await admin.call("GET", "/api/v1/access-review")).json()) as AccessReview;
    expect(review.people.find(({ email }) => email === formula.email)).toMatchObject({
      ...{
        role: "auditor",
        entities: ["DE01"],
        scopes: ROLE_SCOPES.auditor,
        waysIn: ["credential"],
        lastSignInAt: null,
      },
    });
    const sheet = await (await admin.call("GET", "/api/v1/access-review?format=csv")).text();
    expect(sheet).toContain(`"person","'=HYPERLINK(1)","formula@small.example","auditor","DE01"`);
    const [taken] = await ctx.postgres.run(
      "SELECT count(*)::int AS n FROM audit_entries WHERE body ->> 'action' = 'access.review'",
      [],
    );
    expect(taken).toEqual({ n: 2 });
    expect((await admin.call("DELETE", `/api/v1/people/${person.id}`)).status).toBe(204);
  });

  test("no key is made for two duties that check each other", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const asked = { name: "both", scopes: ["ingest:write", "break:review"] };
    const refused = await admin.call("POST", "/api/v1/keys", asked);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("No key may hold ingest:write and break:review together");
  });

  test("groups of the identity provider bring the role, at each sign-in anew; without one nobody comes in", async () => {
    const provider = await startOidcProvider();
    const environment = {
      ...{ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: provider.clientId, OIDC_CLIENT_SECRET: provider.clientSecret },
      OIDC_ROLES: "close-leads=controller de-books=accountant:DE01",
    };
    await expect(peopleOf({ environment: { ...environment, OIDC_ROLES: "x=boss" } })).rejects.toThrow("OIDC_ROLES");
    await expect(peopleOf({ environment: { ...environment, OIDC_ROLES: "x=cfo:XX" } })).rejects.toThrow("no entity XX");
    const joined = appOf(await peopleOf({ environment }));
    const invitation = { name: "Gus Berg", email: "gus@small.example", role: "cfo", entities: "all", password: false };
    expect((await withKey(joined, ADMIN_KEY).call("POST", "/api/v1/people", invitation)).status).toBe(201);
    const signInWith = async (groups: unknown) => {
      provider.profile = { sub: "g-1", email: invitation.email, email_verified: true, groups };
      const tab = browser(joined);
      const away = (await tab.call("GET", "/api/v1/session/oidc")).headers.get("location") ?? "";
      const back = new URL((await fetch(away, { redirect: "manual" })).headers.get("location") ?? "");
      await tab.call("GET", `${back.pathname}${back.search}`, undefined, { "sec-fetch-site": "cross-site" });
      return tab.call("GET", "/api/v1/session/me");
    };
    expect(await (await signInWith(["staff", "de-books"])).json()).toMatchObject({
      role: "accountant",
      entities: ["DE01"],
    });
    expect(await (await signInWith(["de-books", "close-leads"])).json()).toMatchObject({
      role: "controller",
      entities: "all",
    });
    for (const none of [["staff"], [], undefined, "close-leads"]) expect((await signInWith(none)).status).toBe(401);
    const [kept] = await ctx.postgres.run(
      "SELECT count(*)::int AS n FROM audit_entries WHERE body ->> 'action' = 'person.follow-groups'",
      [],
    );
    expect(kept).toEqual({ n: 2 });
    await provider.stop();
  });
});
