import type { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../server/app.ts";
import type { Context } from "../../server/context.ts";
import type { AccessReview } from "../../server/people/access-review.ts";
import { openPeople, type People } from "../../server/people/people.ts";
import type { Enrolment } from "../../server/people/second-factor.ts";
import { peopleRoutes } from "../../server/routes/people.ts";
import { sessionRoutes } from "../../server/routes/session.ts";
import { browser, URL_HERE, withKey, type Client } from "../http-clients.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { totp } from "../totp.ts";

const ADMIN_KEY = "an-admin-key-of-more-than-32-characters";
const log = pino({ level: "silent" });
const FACTOR = "/api/v1/session/second-factor";

describe("a second factor", () => {
  let opened: OpenedEngine;
  let ctx: Context;

  const appOf = async (environment: Record<string, string> = {}): Promise<Hono> => {
    const people: People = await openPeople({
      ...ctx,
      ...{ dataDirectory: opened.directory, publicUrl: URL_HERE, adminKey: ADMIN_KEY, demo: false, environment },
    });
    const deps = { ctx, people };
    return createApp({ log, routes: [sessionRoutes(deps), peopleRoutes(deps)], ui: null, maxEventBytes: 1024 });
  };

  async function invited(app: Hono, email: string, role = "controller") {
    const asked = { name: email.split("@")[0], email, role, entities: "all" };
    const answer = await withKey(app, ADMIN_KEY).call("POST", "/api/v1/people", asked);
    const { person, password } = (await answer.json()) as { person: { id: string }; password: string };
    return { id: person.id, email, password };
  }

  async function enrolled(tab: Client, password: string): Promise<Enrolment> {
    const enrolment = (await (await tab.call("POST", `${FACTOR}/enrolment`, { password })).json()) as Enrolment;
    expect((await tab.call("PUT", FACTOR, { code: totp(enrolment.secret) })).status).toBe(204);
    return enrolment;
  }

  const signIn = (tab: Client, { email, password }: { email: string; password: string }) =>
    tab.call("POST", "/api/v1/session/password", { email, password });
  const status = async (tab: Client, path = "/api/v1/session/me") => (await tab.call("GET", path)).status;

  beforeAll(async () => {
    opened = await POSTGRES_ENGINES[0]!.open();
    const clock = { now: () => new Date() };
    ctx = { postgres: opened.postgres, clock, estate: PLANNING_ESTATE, log, dismiss: () => {} } as unknown as Context;
  }, 120_000);
  afterAll(() => opened.stop());

  test("once set up, a password alone lets nobody in; a code of the app does, once", async () => {
    const app = await appOf();
    const who = await invited(app, "cora@small.example");
    const first = browser(app);
    await signIn(first, who);
    expect((await first.call("POST", `${FACTOR}/enrolment`, { password: "wrong" })).status).toBe(400);
    expect((await first.call("PUT", FACTOR, { code: "123456" })).status).toBe(401);
    const { secret, uri } = await enrolled(first, who.password);
    expect(uri).toContain("issuer=Tieout");
    expect(await (await first.call("GET", "/api/v1/session/me")).json()).toMatchObject({ secondFactor: "on" });
    expect((await first.call("POST", `${FACTOR}/enrolment`, { password: who.password })).status).toBe(409);

    const tab = browser(app);
    const half = await signIn(tab, who);
    expect([half.status, await half.json()]).toEqual([202, { secondFactor: "asked" }]);
    expect(await status(tab)).toBe(401);
    expect((await tab.call("POST", FACTOR, { code: "000000" })).status).toBe(401);
    const code = totp(secret);
    const whole = await tab.call("POST", FACTOR, { code });
    expect([whole.status, await whole.json()]).toMatchObject([200, { name: "cora" }]);
    expect(await status(tab)).toBe(200);

    const overShoulder = browser(app);
    await signIn(overShoulder, who);
    expect((await overShoulder.call("POST", FACTOR, { code })).status).toBe(401);
    expect(await status(overShoulder)).toBe(401);
  });

  test("nothing of it is kept to be read, and the review shows who has one", async () => {
    const app = await appOf();
    const who = await invited(app, "dora@small.example");
    const tab = browser(app);
    await signIn(tab, who);
    const { secret, backupCodes } = await enrolled(tab, who.password);
    const kept = JSON.stringify(await opened.postgres.run("SELECT * FROM second_factors", []));
    for (const open of [secret, ...backupCodes]) expect(kept).not.toContain(open);
    const entries = JSON.stringify(await opened.postgres.run("SELECT body FROM audit_entries", []));
    expect(entries).toContain("person.add-second-factor");
    expect(entries).not.toContain(secret);
    const review = (await (await withKey(app, ADMIN_KEY).call("GET", "/api/v1/access-review")).json()) as AccessReview;
    expect(review.people.find(({ name }) => name === "dora")?.secondFactor).toBe(true);
  });

  test("a backup code stands in for the app, once", async () => {
    const app = await appOf();
    const who = await invited(app, "emil@small.example");
    const tab = browser(app);
    await signIn(tab, who);
    const { backupCodes } = await enrolled(tab, who.password);
    const away = browser(app);
    await signIn(away, who);
    expect((await away.call("POST", FACTOR, { code: backupCodes[0] })).status).toBe(200);
    expect(await status(away)).toBe(200);
    const again = browser(app);
    await signIn(again, who);
    expect((await again.call("POST", FACTOR, { code: backupCodes[0] })).status).toBe(401);
    expect((await again.call("POST", FACTOR, { code: backupCodes[1] })).status).toBe(200);
  });

  test("guessing codes ends with the fifth, and again with the tenth whatever the password", async () => {
    const app = await appOf();
    const who = await invited(app, "fred@small.example");
    const tab = browser(app);
    await signIn(tab, who);
    const { secret } = await enrolled(tab, who.password);
    const wrong = String((Number(totp(secret)) + 500_000) % 1_000_000).padStart(6, "0");
    const statuses: number[] = [];
    for (let round = 0; round < 2; round++) {
      const guesser = browser(app);
      await signIn(guesser, who);
      for (let tries = 0; tries < 6; tries++)
        statuses.push((await guesser.call("POST", FACTOR, { code: wrong })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 401, 401, 401, 401, 401, 429]);
    const right = browser(app);
    await signIn(right, who);
    expect((await right.call("POST", FACTOR, { code: totp(secret) })).status).toBe(429);
  });

  test("a role may be made to have one: until then nothing but setting it up is allowed", async () => {
    const app = await appOf({ TIEOUT_SECOND_FACTOR: "platform, cfo" });
    await expect(appOf({ TIEOUT_SECOND_FACTOR: "boss" })).rejects.toThrow("TIEOUT_SECOND_FACTOR");
    const owner = await invited(app, "gina@small.example", "platform");
    const tab = browser(app);
    await signIn(tab, owner);
    expect(await (await tab.call("GET", "/api/v1/session/me")).json()).toMatchObject({
      secondFactor: "needed",
      may: [],
    });
    const refused = await tab.call("GET", "/api/v1/people");
    expect([refused.status, await refused.json()]).toMatchObject([403, { secondFactor: "needed" }]);
    await enrolled(tab, owner.password);
    expect(await status(tab, "/api/v1/people")).toBe(200);
    const other = await invited(app, "hugo@small.example", "auditor");
    const free = browser(app);
    await signIn(free, other);
    expect(await status(free, "/api/v1/access-review")).toBe(200);
  });

  test("a lost one is taken away by a platform owner, never by oneself; one's own with the password", async () => {
    const app = await appOf();
    const admin = withKey(app, ADMIN_KEY);
    const who = await invited(app, "ines@small.example", "platform");
    const tab = browser(app);
    await signIn(tab, who);
    await enrolled(tab, who.password);
    const path = `/api/v1/people/${who.id}/second-factor`;
    expect((await tab.call("DELETE", path)).status).toBe(403);
    expect((await admin.call("DELETE", path)).status).toBe(204);
    expect((await admin.call("DELETE", path)).status).toBe(409);
    expect(await status(tab)).toBe(401);
    expect((await signIn(tab, who)).status).toBe(200);
    await enrolled(tab, who.password);
    expect((await tab.call("DELETE", FACTOR, { password: "wrong" })).status).toBe(400);
    expect((await tab.call("DELETE", FACTOR, { password: who.password })).status).toBe(204);
    expect((await signIn(browser(app), who)).status).toBe(200);
  });
});
