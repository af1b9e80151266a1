import { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../../server/context.ts";
import { createApp } from "../../server/app.ts";
import type { PersonAccess, PersonSession, RoleTable } from "../../schemas/wire/access.ts";
import type { AccessReview } from "../../server/people/access-review.ts";
import { openPeople, type People } from "../../server/people/people.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import { breakGlassRoutes } from "../../server/routes/break-glass.ts";
import { keyRoutes } from "../../server/routes/keys.ts";
import { peopleRoutes } from "../../server/routes/people.ts";
import { sessionRoutes } from "../../server/routes/session.ts";
import { roleEndTaken } from "../../server/tasks/role-end-taken.ts";
import { browser, URL_HERE, withKey, type Client } from "../http-clients.ts";
import { startOidcProvider } from "../oidc-provider.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";

const ADMIN_KEY = "an-admin-key-of-more-than-32-characters";
const log = pino({ level: "silent" });

/** Invites somebody and signs them in. */
async function signedIn(
  app: Hono,
  email: string,
  role: string,
): Promise<{ tab: Client; id: string; password: string }> {
  const asked = { name: email, email, role, entities: "all" };
  const invited = await withKey(app, ADMIN_KEY).call("POST", "/api/v1/people", asked);
  const { person, password } = (await invited.json()) as { person: { id: string }; password: string };
  const tab = browser(app);
  await tab.call("POST", "/api/v1/session/password", { email, password });
  return { tab, id: person.id, password };
}

describe("access", () => {
  const enqueued: unknown[] = [];
  let news = 0;
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
    const boards = new Hono().get("/api/v1/boards", people.permit("board:read"), (c) => c.json(c.get("actor")));
    const routes = [
      ...[sessionRoutes({ ctx, people }), keyRoutes({ ctx, people }), peopleRoutes({ ctx, people })],
      breakGlassRoutes({ ctx, permit: people.permit, news: () => void (news += 1) }),
      boards as unknown as Hono,
    ];
    return createApp({ log, routes, ui: null, maxEventBytes: 1024 });
  };

  beforeAll(async () => {
    opened = await POSTGRES_ENGINES[0]!.open();
    const clock = { now: () => new Date() };
    ctx = {
      ...{ postgres: opened.postgres, clock, estate: PLANNING_ESTATE, log, dismiss: () => {} },
      enqueue: async (...[task, payload, options]: Parameters<Context["enqueue"]>) =>
        void enqueued.push([task, payload, { key: options?.key, afterSeconds: options?.afterSeconds }]),
    } as unknown as Context;
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

  test("who gets in is read by platform owners and auditors, and changed by platform owners alone", async () => {
    const { tab: auditor } = await signedIn(app, "reader@small.example", "auditor");
    const { tab: owner, id } = await signedIn(app, "owner@small.example", "platform");
    const { tab: controller } = await signedIn(app, "lead@small.example", "controller");
    for (const path of ["people", "keys", "roles"]) {
      expect((await auditor.call("GET", `/api/v1/${path}`)).status, path).toBe(200);
      expect((await owner.call("GET", `/api/v1/${path}`)).status, path).toBe(200);
      expect((await controller.call("GET", `/api/v1/${path}`)).status, path).toBe(403);
    }
    const sessions = `/api/v1/people/${id}/sessions`;
    for (const [method, path] of [
      ["GET", sessions],
      ["DELETE", `${sessions}/x`],
      ["DELETE", `/api/v1/people/${id}`],
      ["POST", "/api/v1/keys"],
    ] as const)
      expect((await auditor.call(method, path, method === "POST" ? {} : undefined)).status, path).toBe(403);
    const { people } = (await (await auditor.call("GET", "/api/v1/people")).json()) as { people: PersonAccess[] };
    expect(people.find((person) => person.id === id)).toMatchObject({
      ...{ role: "platform", entities: "all", periods: "all", waysIn: ["credential"], sessions: 1, taken: null },
    });
    const table = (await (await auditor.call("GET", "/api/v1/roles")).json()) as RoleTable;
    expect(table.roles.find(({ role }) => role === "auditor")?.scopes).toEqual(ROLE_SCOPES.auditor);
  });

  test("one session of a person is ended, and their others go on", async () => {
    const { tab: owner } = await signedIn(app, "ender@small.example", "platform");
    const email = "twice@small.example";
    const { tab: first, id, password } = await signedIn(app, email, "analyst");
    const path = `/api/v1/people/${id}/sessions`;
    const open = async () => ((await (await owner.call("GET", path)).json()) as { sessions: PersonSession[] }).sessions;
    const [before] = await open();
    const second = browser(app);
    await second.call("POST", "/api/v1/session/password", { email, password });
    const both = await open();
    expect(both).toHaveLength(2);
    const tokens = (await opened.postgres.run("SELECT token FROM sessions", [])) as { token: string }[];
    for (const { token } of tokens) expect(JSON.stringify(both)).not.toContain(token);
    expect((await owner.call("DELETE", `${path}/${before!.id}`)).status).toBe(204);
    expect((await owner.call("DELETE", `${path}/${before!.id}`)).status).toBe(404);
    expect((await first.call("GET", "/api/v1/session/me")).status).toBe(401);
    expect((await second.call("GET", "/api/v1/session/me")).status).toBe(200);
  });

  test("no key is made for two duties that check each other", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const asked = { name: "both", scopes: ["ingest:write", "break:review"] };
    const refused = await admin.call("POST", "/api/v1/keys", asked);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("No key may hold ingest:write and break:review together");
  });

  test("a key is for some entities and namespaces, and makes none for others", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const asked = { name: "cpi", scopes: ["ingest:write", "key:manage", "board:read"] };
    const limits = { entities: ["DE01"], namespaces: ["cpi://small", "dbt/*"] };
    expect((await admin.call("POST", "/api/v1/keys", { ...asked, entities: ["XX"] })).status).toBe(400);
    const made = await admin.call("POST", "/api/v1/keys", { ...asked, ...limits });
    const { key, row } = (await made.json()) as { key: string; row: Record<string, unknown> };
    expect([made.status, row]).toMatchObject([201, limits]);
    const limited = withKey(app, key);
    expect(await (await limited.call("GET", "/api/v1/boards")).json()).toMatchObject(limits);
    const wider = [
      {},
      { entities: ["DE01", "DE02"], namespaces: ["cpi://small"] },
      { entities: ["DE01"], namespaces: ["s4://small"] },
      { entities: ["DE01"], namespaces: ["dbt*"] },
      { entities: ["DE01"] },
    ];
    for (const each of wider) {
      const refused = await limited.call("POST", "/api/v1/keys", { ...asked, scopes: ["board:read"], ...each });
      expect([each, refused.status]).toEqual([each, 403]);
    }
    const within = { ...asked, entities: ["DE01"], namespaces: ["dbt/prod"] };
    expect((await limited.call("POST", "/api/v1/keys", within)).status).toBe(201);
    const sheet = await (await admin.call("GET", "/api/v1/access-review?format=csv")).text();
    expect(sheet).toMatch(/"key","cpi","tok_[\w-]+","","DE01",.*for cpi:\/\/small dbt\/\*"/);
  });

  test("a role is taken for a time with a reason, ends by itself, and stands in the log and the review", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const { tab, id } = await signedIn(app, "eng@small.example", "engineer");
    const taking = { role: "platform", minutes: 30, reason: "The owner is away and a key leaked" };
    expect((await tab.call("GET", "/api/v1/keys")).status).toBe(403);
    expect((await tab.call("POST", "/api/v1/break-glass", { ...taking, reason: "now" })).status).toBe(400);
    expect((await tab.call("POST", "/api/v1/break-glass", { ...taking, minutes: 10_000 })).status).toBe(400);
    expect((await tab.call("POST", "/api/v1/break-glass", { ...taking, role: "engineer" })).status).toBe(400);
    expect((await admin.call("POST", "/api/v1/break-glass", taking)).status).toBe(403);
    const answer = await tab.call("POST", "/api/v1/break-glass", taking);
    const taken = (await answer.json()) as { id: string; endsAt: string };
    expect(answer.status).toBe(201);
    expect(Date.parse(taken.endsAt) - Date.now()).toBeGreaterThan(29 * 60_000);
    expect((await tab.call("POST", "/api/v1/break-glass", taking)).status).toBe(409);
    const me = await (await tab.call("GET", "/api/v1/session/me")).json();
    expect(me).toMatchObject({ role: "platform", taken: { role: "platform", until: taken.endsAt } });
    expect((await tab.call("GET", "/api/v1/keys")).status).toBe(200);
    expect(enqueued).toContainEqual([
      "role.end-taken",
      { id: taken.id },
      expect.objectContaining({ afterSeconds: 1800 }),
    ]);
    const review = (await (await admin.call("GET", "/api/v1/access-review")).json()) as AccessReview;
    expect(review.taken).toMatchObject([
      { role: "platform", ownRole: "engineer", reason: taking.reason, endedAt: null },
    ]);

    // Its time is over, and whoever ends it comes late.
    await opened.postgres.run("UPDATE taken_roles SET ends_at = now() - interval '1 second' WHERE id = $1", [taken.id]);
    expect((await tab.call("GET", "/api/v1/keys")).status).toBe(403);
    expect(await (await tab.call("GET", "/api/v1/session/me")).json()).toMatchObject({ role: "engineer", taken: null });
    await roleEndTaken.handle(ctx, { id: taken.id });
    await roleEndTaken.handle(ctx, { id: taken.id });
    const entries = await opened.postgres.run(
      "SELECT body ->> 'action' AS action FROM audit_entries WHERE body ->> 'subject' = $1 AND body ->> 'action' LIKE 'role.%'",
      [`person:${id}`],
    );
    expect(entries).toEqual([{ action: "role.take" }, { action: "role.end" }]);
  });

  test("a taken role is given back, or taken from whoever has it, by nobody else", async () => {
    const { tab } = await signedIn(app, "cfo@small.example", "cfo");
    const { tab: other } = await signedIn(app, "aud@small.example", "auditor");
    const taking = { role: "controller", minutes: 5, reason: "Silences during the close" };
    expect((await other.call("POST", "/api/v1/break-glass", taking)).status).toBe(403);
    const take = async () =>
      ((await (await tab.call("POST", "/api/v1/break-glass", taking)).json()) as { id: string }).id;
    const path = `/api/v1/break-glass/${await take()}`;
    expect((await other.call("DELETE", path)).status).toBe(403);
    expect((await tab.call("DELETE", path)).status).toBe(200);
    expect((await tab.call("DELETE", path)).status).toBe(409);
    const again = `/api/v1/break-glass/${await take()}`;
    expect((await withKey(app, ADMIN_KEY).call("DELETE", again)).status).toBe(200);
    expect(news).toBeGreaterThan(3);
  });

  test("nobody changes their own duty or removes themselves", async () => {
    const { tab, id } = await signedIn(app, "own@small.example", "platform");
    const duty = { role: "controller", entities: "all" };
    expect((await tab.call("PUT", `/api/v1/people/${id}/duty`, duty)).status).toBe(403);
    expect((await tab.call("DELETE", `/api/v1/people/${id}`)).status).toBe(403);
    expect(await (await tab.call("GET", "/api/v1/session/me")).json()).toMatchObject({ role: "platform" });
  });

  test("a session ends after twelve hours", async () => {
    const { tab, id } = await signedIn(app, "late@small.example", "cfo");
    const [kept] = (await opened.postgres.run(
      "SELECT extract(epoch FROM expires_at - now())::float / 3600 AS hours FROM sessions WHERE person_id = $1",
      [id],
    )) as { hours: number }[];
    expect(kept!.hours).toBeGreaterThan(11.9);
    expect(kept!.hours).toBeLessThanOrEqual(12);
    await opened.postgres.run("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE person_id = $1", [
      id,
    ]);
    expect((await tab.call("GET", "/api/v1/session/me")).status).toBe(401);
  });

  test("who comes back from the identity provider with another's state is nobody", async () => {
    const provider = await startOidcProvider();
    const environment = {
      ...{ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: provider.clientId, OIDC_CLIENT_SECRET: provider.clientSecret },
    };
    const joined = appOf(await peopleOf({ environment }));
    const invitation = { name: "Ida Dahl", email: "ida@small.example", role: "cfo", entities: "all", password: false };
    await withKey(joined, ADMIN_KEY).call("POST", "/api/v1/people", invitation);
    provider.profile = { sub: "i-1", email: invitation.email, email_verified: true };
    const back = async (tab: Client) => {
      const away = (await tab.call("GET", "/api/v1/session/oidc")).headers.get("location") ?? "";
      return new URL((await fetch(away, { redirect: "manual" })).headers.get("location") ?? "");
    };
    const land = (tab: Client, { pathname, search }: URL) =>
      tab.call("GET", `${pathname}${search}`, undefined, { "sec-fetch-site": "cross-site" });
    const [own, other] = [browser(joined), browser(joined)];
    const forOwn = await back(own);
    await back(other);
    await land(other, forOwn);
    expect((await other.call("GET", "/api/v1/session/me")).status).toBe(401);
    const forged = await back(own);
    forged.searchParams.set("state", "made-up");
    await land(own, forged);
    expect((await own.call("GET", "/api/v1/session/me")).status).toBe(401);
    await land(own, await back(own));
    expect((await own.call("GET", "/api/v1/session/me")).status).toBe(200);
    await provider.stop();
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
