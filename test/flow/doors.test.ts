import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Role } from "../../schemas/estate/role.ts";
import type { Scope } from "../../server/context.ts";
import { PERIOD_DOORS } from "../../server/people/period-doors.ts";
import { ROLE_SCOPES, SCOPES } from "../../server/people/permissions.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";

/** Doors that ask for no scope, and why they need none. */
const OPEN: Record<string, string> = {
  "GET /api/v1/session/options": "ways to sign in",
  "GET /api/v1/session/me": "answers who asks, or 401",
  "DELETE /api/v1/session/me": "signing out",
  "POST /api/v1/session/password": "signing in; slowed down after failures",
  "PUT /api/v1/session/password": "one's own password, signed in",
  "POST /api/v1/session/demo": "the demo on loopback only",
  "POST /api/v1/session/second-factor": "signing in; five codes for each right password",
  "POST /api/v1/session/second-factor/enrolment": "one's own, signed in, with the password",
  "PUT /api/v1/session/second-factor": "one's own, signed in",
  "DELETE /api/v1/session/second-factor": "one's own, signed in, with the password",
  "GET /api/v1/session/oidc": "signing in",
  "GET /api/v1/session/oauth2/callback/oidc": "signing in",
  "OPTIONS /api/v1/webhooks/{sender}": "the handshake of senders",
  "POST /api/v1/webhooks/{sender}": "senders prove themselves by signature",
  "POST /api/v1/collectors/{system}/webhook": "vendors prove themselves by signature",
};
/** What would end the test's own sessions or keys, if it were allowed. */
const NOT_CALLED = new Set(["DELETE /api/v1/session/me"]);

interface Door {
  method: string;
  path: string;
  scope: Scope | null;
}

describe("every door and every role", () => {
  const temporary = folders();
  let server: ServerProcess;
  let doors: Door[];
  /** By name; a role's first person is called by its role. */
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    server = await startServer({ sandbox: false, estate: writeTinyEstate(temporary.make("doors")) });
    const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { "x-scope"?: Scope }>>;
    };
    doors = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { "x-scope": scope }]) => {
        return { method: method.toUpperCase(), path, scope: scope ?? null };
      }),
    );
    await Promise.all(Role.options.map((role) => signUp(role)));
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    temporary.remove();
  });

  async function signUp(role: Role, over: { name: string; periods?: string[] } = { name: role }): Promise<void> {
    const email = `${over.name}@tiny.example`;
    const invitation = { ...over, email, role, entities: "all" };
    const json = { "content-type": "application/json" };
    const invited = await server.ask("/api/v1/people", {
      method: "POST",
      headers: json,
      body: JSON.stringify(invitation),
    });
    const { password } = (await invited.json()) as { password: string };
    const signedIn = await fetch(`${server.url}/api/v1/session/password`, {
      ...{ method: "POST", headers: json, body: JSON.stringify({ email, password }) },
    });
    cookies.set(
      over.name,
      signedIn.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; "),
    );
  }

  /** Called with nothing that could be meant: whoever may come in is refused for that, and nothing is done. */
  function knock({ method, path }: Door, headers: Record<string, string>): Promise<Response> {
    const address = path.replaceAll(/\{\w+\}/g, randomUUID());
    const body = ["GET", "HEAD", "OPTIONS"].includes(method) ? {} : { body: '"nothing"' };
    return fetch(`${server.url}${address}`, {
      ...{ method, redirect: "manual", headers: { "content-type": "application/json", ...headers } },
      ...body,
    });
  }

  test("each door asks for a scope there is, or is known to need none", () => {
    expect(doors.length).toBeGreaterThan(60);
    const unguarded = doors.filter(({ scope }) => scope === null).map(({ method, path }) => `${method} ${path}`);
    expect(unguarded.filter((door) => !(door in OPEN))).toEqual([]);
    expect(doors.flatMap(({ scope }) => scope ?? []).filter((scope) => !SCOPES.includes(scope))).toEqual([]);
  });

  test("a stranger is sent away from every guarded door", async () => {
    const guarded = doors.filter(({ scope }) => scope !== null);
    const answers = await together(guarded, (door) => knock(door, {}));
    const letIn = answers.filter(({ status }) => status !== 401).map(({ door }) => `${door.method} ${door.path}`);
    expect(letIn).toEqual([]);
  });

  test("an auditor limited to some periods passes only doors that keep to them", async () => {
    await signUp("auditor", { name: "limited", periods: ["2026-09"] });
    const cookie = cookies.get("limited")!;
    const routed = doors.map((door) => ({ ...door, path: door.path.replaceAll(/\{(\w+)\}/g, ":$1") }));
    expect([...PERIOD_DOORS].filter((path) => !routed.some((door) => door.path === path))).toEqual([]);
    const mine = doors.filter(({ scope, method }) => scope !== null && method === "GET" && mayPass("auditor", scope));
    const answers = await together(mine, (door) => knock(door, { cookie }));
    const passed = answers
      .filter(({ status }) => status !== 403)
      .map(({ door }) => door.path.replaceAll(/\{(\w+)\}/g, ":$1"));
    const at = (name: string) => `/api/v1/${name}`;
    expect(passed.filter((path) => !PERIOD_DOORS.has(path))).toEqual([]);
    expect(passed).toEqual(
      expect.arrayContaining(["breaks", "incidents", "requests", "estate", "evidence", "people", "keys"].map(at)),
    );
    const ask = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`, { headers: { cookie } })).status;
    for (const path of [
      "close/2026-10",
      "signoffs",
      "signoffs?period=2026-10",
      "lineage/graph",
      "breaks?period=2026-10",
    ])
      expect(await ask(path), path).toBe(403);
    for (const path of ["close/2026-09", "signoffs?period=2026-09", "lineage/graph?period=2026-09", "breaks"])
      expect(await ask(path), path).toBe(200);
    const me = await fetch(`${server.url}/api/v1/session/me`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({ role: "auditor", periods: ["2026-09"] });
    const json = { "content-type": "application/json" };
    for (const wrong of [
      { role: "controller", periods: ["2026-09"] },
      { role: "auditor", periods: ["2026-13"] },
    ]) {
      const body = JSON.stringify({ name: "x", email: "x@tiny.example", entities: "all", ...wrong });
      const answer = await server.ask("/api/v1/people", { method: "POST", headers: json, body });
      expect(answer.status, JSON.stringify(wrong)).toBe(400);
    }
  });

  test.each(Role.options)(
    "the %s is let through where the table says so, and refused everywhere else",
    async (role) => {
      const knocked = doors
        .filter(({ scope, method, path }) => scope !== null && !NOT_CALLED.has(`${method} ${path}`))
        // That a door opens is asked once, of the first role that may; that it stays shut is asked of every other.
        .filter(({ scope }) => !mayPass(role, scope!) || role === Role.options.find((each) => mayPass(each, scope!)));
      const answers = await together(knocked, (door) => knock(door, { cookie: cookies.get(role)! }));
      const wrong = answers
        .filter(({ door, status }) => mayPass(role, door.scope!) === (status === 403 || status === 401))
        .map(({ door, status }) => `${door.method} ${door.path} (${door.scope}): ${status}`);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test("SQL sent as a value is a value, in both engines", async () => {
    const tail = `x'); DROP TABLE people; SELECT ('`;
    const json = { "content-type": "application/json" };
    const person = { name: tail, email: "tail@tiny.example", role: "auditor", entities: "all" };
    const invited = await server.ask("/api/v1/people", { method: "POST", headers: json, body: JSON.stringify(person) });
    expect(invited.status).toBe(201);
    const { people } = (await (await server.ask("/api/v1/people")).json()) as { people: { name: string }[] };
    expect(people.map(({ name }) => name)).toContain(tail);
    const or = encodeURIComponent("' OR '1'='1");
    const event = { eventTime: "2026-11-04T13:20:00.000Z", eventType: "FAIL", producer: "x", schemaURL: "x" };
    const run = { runId: "0190c1d2-0000-7000-8000-0000000000bb" };
    const body = JSON.stringify({ ...event, run, job: { namespace: "x://y", name: tail } });
    expect((await server.ask("/api/v1/lineage", { method: "POST", headers: json, body })).status).toBe(201);
    expect((await server.ask(`/api/v1/runs/${run.runId}`)).status).toBe(200);
    expect((await server.ask(`/api/v1/runs/${or}`)).status).toBe(404);
    expect(await (await server.ask(`/api/v1/lines?dataset=${or}`)).json()).toMatchObject({ extracts: [] });
    expect(await (await server.ask(`/api/v1/audit?action=${or}`)).json()).toMatchObject({ entries: [] });
  });

  test("taking a role is told to whoever answers for access at once, until it is given back", async () => {
    const as = (role: Role, method: string, path: string, body?: unknown) =>
      fetch(`${server.url}${path}`, {
        ...{ method, headers: { cookie: cookies.get(role)!, "content-type": "application/json" } },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const told = async (role: Role) => {
      const { items } = (await (await as(role, "GET", "/api/v1/inbox")).json()) as { items: { title: string }[] };
      return items.filter(({ title }) => title.includes("took the role")).map(({ title }) => title);
    };
    const states = async () => {
      const { incidents } = (await (await as("platform", "GET", "/api/v1/incidents")).json()) as {
        incidents: { title: string; state: string; severity: string }[];
      };
      return incidents.filter(({ title }) => title.includes("took the role"));
    };
    const taking = { role: "platform", minutes: 60, reason: "A key leaked and nobody else is here" };
    expect((await as("engineer", "GET", "/api/v1/keys")).status).toBe(403);
    const taken = (await (await as("engineer", "POST", "/api/v1/break-glass", taking)).json()) as { id: string };
    expect((await as("engineer", "GET", "/api/v1/keys")).status).toBe(200);
    await expect.poll(() => told("platform"), { timeout: 60_000, interval: 500 }).toHaveLength(1);
    expect(await states()).toMatchObject([{ severity: "S1", state: "open" }]);
    expect((await as("engineer", "DELETE", `/api/v1/break-glass/${taken.id}`)).status).toBe(200);
    expect((await as("engineer", "GET", "/api/v1/keys")).status).toBe(403);
  }, 120_000);
});

const AT_ONCE = 12;

function mayPass(role: Role, scope: Scope): boolean {
  return ROLE_SCOPES[role].includes(scope);
}

async function together(doors: readonly Door[], call: (door: Door) => Promise<Response>) {
  const limit = pLimit(AT_ONCE);
  return Promise.all(
    doors.map((door) =>
      limit(async () => {
        const answer = await call(door);
        await answer.arrayBuffer();
        return { door, status: answer.status };
      }),
    ),
  );
}
