import { statSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Context } from "../../server/context.ts";
import { openPeople, type People } from "../../server/people/people.ts";
import { ROLE_SCOPES, SCOPES } from "../../server/people/permissions.ts";
import { firstPerson } from "../../server/people/first-person.ts";
import { createAuth } from "../../server/people/auth.ts";
import { createApp } from "../../server/app.ts";
import { auditRoutes } from "../../server/routes/audit.ts";
import { keyRoutes } from "../../server/routes/keys.ts";
import { peopleRoutes } from "../../server/routes/people.ts";
import { sessionRoutes } from "../../server/routes/session.ts";
import { Me } from "../../schemas/wire/live.ts";
import { Role } from "../../schemas/estate/role.ts";
import { browser, URL_HERE, withKey } from "../http-clients.ts";
import { startOidcProvider } from "../oidc-provider.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";

const ADMIN_KEY = "an-admin-key-of-more-than-32-characters";
const log = pino({ level: "silent" });

describe.each(POSTGRES_ENGINES)("people on the $engine engine", ({ open }) => {
  let opened: OpenedEngine;
  let ctx: Context;
  let app: Hono;
  let people: People;
  const dismissed: string[] = [];

  const appOf = (of: People): Hono => {
    const guarded = new Hono().get("/api/v1/boards", of.permit("board:read"), (c) => c.json(c.get("actor")));
    const deps = { ctx, people: of };
    const audit = auditRoutes({ ctx, permit: of.permit });
    const routes = [sessionRoutes(deps), keyRoutes(deps), peopleRoutes(deps), audit, guarded as unknown as Hono];
    return createApp({ log, routes, ui: null, maxEventBytes: 1024 });
  };
  const peopleOf = (over: Partial<Parameters<typeof openPeople>[0]> = {}) =>
    openPeople({
      ...ctx,
      dataDirectory: opened.directory,
      publicUrl: URL_HERE,
      adminKey: ADMIN_KEY,
      demo: true,
      environment: {},
      ...over,
    });

  beforeAll(async () => {
    opened = await open();
    ctx = { postgres: opened.postgres, clock: { now: () => new Date() }, estate: PLANNING_ESTATE, log } as Context;
    ctx.dismiss = (actor) => void dismissed.push(actor);
    people = await peopleOf();
    app = appOf(people);
  }, 60_000);
  afterAll(() => opened.stop());

  test("has the tables the sign-in library expects", async () => {
    expect(await people.auth.missingTables()).toEqual([]);
  });

  test("keeps its secret readable by the owner only", () => {
    expect(statSync(join(opened.directory, "secret")).mode & 0o777).toBe(0o600);
  });

  test.each(Role.options)("signs in as the demo's %s with that role's scopes", async (role) => {
    const tab = browser(app);
    expect((await tab.call("GET", "/api/v1/session/me")).status).toBe(401);
    expect((await tab.call("POST", "/api/v1/session/demo", { role })).status).toBe(200);
    const me = Me.parse(await (await tab.call("GET", "/api/v1/session/me")).json());
    const narrowed: Partial<Record<Role, string[]>> = { accountant: ["DE01", "DE02"] };
    expect(me).toMatchObject({ role, may: ROLE_SCOPES[role], entities: narrowed[role] ?? "all" });
    expect((await tab.call("DELETE", "/api/v1/session/me")).status).toBe(204);
    expect((await tab.call("GET", "/api/v1/session/me")).status).toBe(401);
  });

  test("session cookies are HttpOnly and SameSite=Lax, and Secure on https", async () => {
    const [plain = ""] = (
      await browser(app).call("POST", "/api/v1/session/demo", { role: "cfo" })
    ).headers.getSetCookie();
    expect(plain).toMatch(/HttpOnly/);
    expect(plain).toMatch(/SameSite=Lax/i);
    const secure = createAuth({ ...ctx, secret: "s".repeat(32), publicUrl: "https://tieout.example", oidc: null });
    const { id } = await (await browser(app).call("POST", "/api/v1/session/demo", { role: "cfo" })).json();
    expect((await secure.signInPerson(id, new Headers()))[0]).toMatch(/^__Secure-.*Secure/);
  });

  test("demo sign-in is refused behind a proxy, under a foreign name, and outside the demo", async () => {
    const tab = browser(app);
    const order = { role: "platform" };
    expect((await tab.call("POST", "/api/v1/session/demo", order, { "x-forwarded-for": "203.0.113.9" })).status).toBe(
      403,
    );
    const foreign = { host: "rebound.example", origin: "http://rebound.example" };
    expect((await tab.call("POST", "/api/v1/session/demo", order, foreign)).status).toBe(403);
    const real = browser(appOf(await peopleOf({ demo: false })));
    expect((await real.call("POST", "/api/v1/session/demo", order)).status).toBe(403);
    expect(await (await real.call("GET", "/api/v1/session/options")).json()).toEqual({
      password: true,
      oidc: null,
      demo: [],
    });
  });

  test("another site cannot act through a person's session", async () => {
    const tab = browser(app);
    await tab.call("POST", "/api/v1/session/demo", { role: "platform" });
    const key = { name: "stolen", scopes: ["ingest:write"] };
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { origin: "null" },
    ];
    for (const headers of foreign) {
      expect((await tab.call("POST", "/api/v1/keys", key, headers)).status).toBe(403);
    }
    expect((await tab.call("GET", "/api/v1/keys", undefined, { "sec-fetch-site": "cross-site" })).status).toBe(200);
  });

  test("a role without the scope is refused in words", async () => {
    const tab = browser(app);
    await tab.call("POST", "/api/v1/session/demo", { role: "auditor" });
    const answer = await tab.call("POST", "/api/v1/keys", { name: "mine", scopes: ["board:read"] });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      code: "not-permitted",
      detail: "Ingrid Solheim may not: create and revoke api keys.",
    });
  });

  test("the admin key has every scope and is kept nowhere", async () => {
    const actor = await (await withKey(app, ADMIN_KEY).call("GET", "/api/v1/boards")).json();
    expect(actor).toMatchObject({ kind: "key", scopes: SCOPES });
    expect((await withKey(app, `${ADMIN_KEY}x`).call("GET", "/api/v1/boards")).status).toBe(401);
    await expect(peopleOf({ adminKey: "short" })).rejects.toThrow(/TIEOUT_ADMIN_KEY/);
    const kept = await opened.postgres.run("SELECT sha256 FROM api_keys WHERE name = 'Admin key'", []);
    expect(kept).toEqual([]);
  });

  test("a key is shown once, kept as a hash, limited to its scopes and ends when revoked", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const made = await admin.call("POST", "/api/v1/keys", { name: "reader", scopes: ["board:read"] });
    expect(made.status).toBe(201);
    const { key, row } = (await made.json()) as {
      key: string;
      row: { id: string; hint: string; lastUsedAt: string | null };
    };
    expect(key).toMatch(/^tok_[\w-]{43}$/);
    expect(key.startsWith(row.hint)).toBe(true);
    const dump = JSON.stringify(await opened.postgres.run("SELECT * FROM api_keys", []));
    expect(dump).not.toContain(key);

    const reader = withKey(app, key);
    expect((await reader.call("GET", "/api/v1/boards")).status).toBe(200);
    expect((await reader.call("GET", "/api/v1/keys")).status).toBe(403);
    await vi.waitFor(async () => {
      const { keys } = (await (await admin.call("GET", "/api/v1/keys")).json()) as { keys: (typeof row)[] };
      expect(keys.find((entry) => entry.id === row.id)?.lastUsedAt).toMatch(/Z$/);
    });

    expect((await admin.call("DELETE", `/api/v1/keys/${row.id}`)).status).toBe(200);
    const answer = await reader.call("GET", "/api/v1/boards");
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "bad-key", detail: expect.stringContaining("revoked") });
    expect((await admin.call("DELETE", `/api/v1/keys/${row.id}`)).status).toBe(404);
  });

  test("an expired key is refused, and a key cannot make a stronger one", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const past = { name: "old", scopes: ["board:read"], expiresAt: "2020-01-01T00:00:00.000Z" };
    expect((await admin.call("POST", "/api/v1/keys", past)).status).toBe(400);
    const soon = { ...past, expiresAt: new Date(Date.now() + 150).toISOString() };
    const { key } = (await (await admin.call("POST", "/api/v1/keys", soon)).json()) as { key: string };
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await withKey(app, key).call("GET", "/api/v1/boards")).status).toBe(401);
    const manager = { name: "manager", scopes: ["key:manage"] };
    const { key: weak } = (await (await admin.call("POST", "/api/v1/keys", manager)).json()) as { key: string };
    expect((await withKey(app, weak).call("POST", "/api/v1/keys", { name: "strong", scopes: SCOPES })).status).toBe(
      403,
    );
  });

  test("an invited person signs in by password, changes it, and is out when removed", async () => {
    const admin = withKey(app, ADMIN_KEY);
    const invitation = { name: "Ana Ruiz", email: "Ana@small.example", role: "accountant", entities: ["DE02"] };
    const invited = await admin.call("POST", "/api/v1/people", invitation);
    expect(invited.status).toBe(201);
    const { person, password } = (await invited.json()) as { person: { id: string }; password: string };
    expect((await admin.call("POST", "/api/v1/people", invitation)).status).toBe(409);
    expect((await admin.call("POST", "/api/v1/people", { ...invitation, entities: ["XX"] })).status).toBe(400);

    const tab = browser(app);
    const wrong = { email: "ana@small.example", password: "not the password" };
    expect((await tab.call("POST", "/api/v1/session/password", wrong)).status).toBe(401);
    expect((await tab.call("POST", "/api/v1/session/password", { ...wrong, password })).status).toBe(200);
    expect(Me.parse(await (await tab.call("GET", "/api/v1/session/me")).json())).toMatchObject({
      name: "Ana Ruiz",
      entities: ["DE02"],
    });
    const next = "a longer password";
    expect((await tab.call("PUT", "/api/v1/session/password", { current: "wrong", next })).status).toBe(400);
    expect((await tab.call("PUT", "/api/v1/session/password", { current: password, next })).status).toBe(204);
    expect((await tab.call("POST", "/api/v1/session/password", { ...wrong, password })).status).toBe(401);
    expect((await tab.call("POST", "/api/v1/session/password", { ...wrong, password: next })).status).toBe(200);

    const duty = { role: "cfo", entities: "all" };
    expect((await admin.call("PUT", `/api/v1/people/${person.id}/duty`, duty)).status).toBe(200);
    expect(await (await tab.call("GET", "/api/v1/session/me")).json()).toMatchObject(duty);
    const signOut = `/api/v1/people/${person.id}/sign-out`;
    expect((await admin.call("POST", signOut)).status).toBe(204);
    expect((await tab.call("GET", "/api/v1/session/me")).status).toBe(401);
    expect((await tab.call("POST", "/api/v1/session/password", { ...wrong, password: next })).status).toBe(200);
    expect((await admin.call("DELETE", `/api/v1/people/${person.id}`)).status).toBe(204);
    expect((await tab.call("GET", "/api/v1/session/me")).status).toBe(401);
    // Live connections were ended with each: another duty, signed out, removed.
    expect(dismissed.filter((id) => id === person.id)).toHaveLength(3);
  });

  test("guessing passwords is slowed down", async () => {
    const tab = browser(app);
    const guess = { email: "nobody@small.example", password: "guess" };
    const statuses: number[] = [];
    for (let tries = 0; tries < 9; tries++)
      statuses.push((await tab.call("POST", "/api/v1/session/password", guess)).status);
    expect(statuses).toEqual([...Array<number>(8).fill(401), 429]);
  });

  test("the library's own doors stay shut", async () => {
    const tab = browser(app);
    const self = { name: "Self", email: "self@small.example", password: "a longer password" };
    for (const path of ["sign-up/email", "sign-in/person", "sign-in/email", "update-user"]) {
      expect((await tab.call("POST", `/api/v1/session/${path}`, self)).status).toBe(404);
    }
  });

  test("every change stands in the audit log, page by page", async () => {
    const tab = browser(app);
    await tab.call("POST", "/api/v1/session/demo", { role: "auditor" });
    type Page = { entries: { sequence: number; action: string; actor: { id: string } }[]; next: number | null };
    const read = async (query: string) => (await (await tab.call("GET", `/api/v1/audit?${query}`)).json()) as Page;
    const first = await read("limit=3");
    const second = await read(`limit=3&before=${first.next}`);
    expect(second.entries[0]?.sequence).toBe((first.entries[2]?.sequence ?? 0) - 1);
    const revoked = await read("action=key.revoke");
    expect(revoked).toMatchObject({ entries: [{ action: "key.revoke", actor: { id: "admin" } }], next: null });
    expect((await tab.call("GET", "/api/v1/audit?limit=nonsense")).status).toBe(400);
    expect(await (await tab.call("GET", "/api/v1/audit/verify")).json()).toMatchObject({ intact: true });
  });

  test("an invited person signs in at the identity provider, and nobody else", async () => {
    const provider = await startOidcProvider();
    const environment = {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
    };
    await expect(peopleOf({ environment: { ...environment, OIDC_CLIENT_ID: "" } })).rejects.toThrow("all three");
    const joined = appOf(await peopleOf({ environment }));
    const invitation = {
      name: "Olga Lind",
      email: "olga@small.example",
      role: "auditor",
      entities: "all",
      password: false,
    };
    const invited = await withKey(joined, ADMIN_KEY).call("POST", "/api/v1/people", invitation);
    expect(await invited.json()).toMatchObject({ password: null });

    const signInAs = async (profile: Record<string, unknown>) => {
      provider.profile = profile;
      const tab = browser(joined);
      const away = (await tab.call("GET", "/api/v1/session/oidc")).headers.get("location") ?? "";
      expect(away.startsWith(`${provider.issuer}/authorize?`)).toBe(true);
      const back = new URL((await fetch(away, { redirect: "manual" })).headers.get("location") ?? "");
      const landed = await tab.call("GET", `${back.pathname}${back.search}`, undefined, {
        "sec-fetch-site": "cross-site",
      });
      return { tab, status: landed.status, location: landed.headers.get("location") };
    };
    const olga = { sub: "o-1", email: "Olga@small.example", email_verified: true };
    const { tab, location } = await signInAs(olga);
    expect(location).toBe("/");
    expect(await (await tab.call("GET", "/api/v1/session/me")).json()).toMatchObject({
      name: "Olga Lind",
      role: "auditor",
    });
    expect((await signInAs(olga)).location).toBe("/");

    for (const stranger of [
      { sub: "x-1", email: "stranger@small.example", email_verified: true },
      { sub: "x-2", email: "cfo@small.example", email_verified: false },
    ]) {
      const refused = await signInAs(stranger);
      expect(refused.location).toMatch(/^\/sign-in\?error=/);
      expect((await refused.tab.call("GET", "/api/v1/session/me")).status).toBe(401);
    }
    await provider.stop();
  });

  test("a real estate is told how its first person is made", async () => {
    expect(await firstPerson(ctx, { adminEmail: undefined, oidc: false })).toEqual([]);
    await opened.postgres.command("DELETE FROM people");
    expect((await firstPerson(ctx, { adminEmail: undefined, oidc: false }))[0]).toMatch(/TIEOUT_ADMIN_EMAIL/);
    const [line = ""] = await firstPerson(ctx, { adminEmail: "owner@small.example", oidc: false });
    const password = line.split(": ").at(-1);
    const answer = await browser(app).call("POST", "/api/v1/session/password", {
      email: "owner@small.example",
      password,
    });
    expect(await answer.json()).toMatchObject({ role: "platform" });
  });
});
