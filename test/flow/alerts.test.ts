import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FAULT_STATUS, Fault } from "../../server/fault.ts";
import { alertsFor, inboxFor } from "../../server/notify/inbox.ts";
import { routingView } from "../../server/notify/routing-view.ts";
import type { People } from "../../server/people/people.ts";
import { alertRoutes } from "../../server/routes/alerts.ts";
import { alertEstate } from "../alert-estate.ts";
import { openAlertScene, WEBHOOK_SECRET, type AlertScene } from "../alert-scene.ts";
import { alertTower, changeIncident, IN_CLOSE, tellIncident, type AlertTower } from "../alert-tower.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";

const MARKUP = '<img src=x onerror=alert(1)> *bold* <!channel> [a](http://evil.example) & "quotes"';

describe.each(POSTGRES_ENGINES)("alerts on the $engine engine", ({ open }) => {
  let scene: AlertScene;
  let tower: AlertTower;

  beforeAll(async () => {
    scene = await openAlertScene(open);
  }, 60_000);
  afterAll(() => scene.stop());
  beforeEach(async () => {
    tower = await scene.anew();
  });

  /** Real time passes for what waits to be tried again. */
  const retryNow = () => scene.postgres.command("UPDATE alerts SET retry_at = NULL");

  test("an incident reaches each role once, in its own words and by its own receivers, and the record says so", async () => {
    const incident = await tellIncident(
      tower,
      { code: "late-posting" },
      {
        ...{ amount: "22231.55", currency: "EUR" },
        words: {
          finance: { title: "A posting came late", text: "The dashboard shows less than the ledger." },
          engineering: { title: "Ledger moved", text: "Read again." },
        },
      },
    );
    await Promise.all([tower.dispatch(), tower.dispatch()]);
    await tower.dispatch();
    expect(scene.vendors.to("/teams")).toHaveLength(1);
    expect(scene.mail.mails.map(({ to }) => to[0]).sort()).toEqual(
      [scene.people.cfo.email, scene.people.controller.email].sort(),
    );
    const words = scene.mail.mails.find(({ to }) => to[0] === scene.people.controller.email)!.text;
    expect(words).toContain("Subject: [S1] A posting came late");
    expect(words).toContain("22231.55 EUR");
    expect(words).toMatch(/Auto-Submitted: auto-generated/);
    const inbox = await inboxFor(tower.ctx, await scene.actor(scene.people.controller.id));
    expect(inbox).toMatchObject({
      unread: 1,
      items: [{ incident: incident.id, title: "A posting came late", severity: "S1" }],
    });
    expect((await inboxFor(tower.ctx, await scene.actor(scene.people.elsewhere.id))).items).toEqual([]);
    const told = await alertsFor(tower.ctx, await scene.actor(scene.people.controller.id), incident.id);
    // Controller and CFO share the channel: it is told once, and the record says why the other was not.
    expect(told.filter(({ receiver }) => receiver === "close").map(({ state, stage }) => [state, stage])).toEqual([
      ["sent", null],
      ["dropped", "dedupe"],
    ]);
    expect(told.filter(({ state }) => state === "sent").every(({ sentAt }) => sentAt === IN_CLOSE)).toBe(true);
    const audited = await scene.postgres.run(
      "SELECT body FROM audit_entries WHERE body ->> 'subject' = $1 ORDER BY sequence",
      [`incident:${incident.id}`],
    );
    expect(audited.length).toBeGreaterThanOrEqual(4);
  });

  test("a channel that can change a message shows it acknowledged and over; the others are told the end", async () => {
    const incident = await tellIncident(tower, { code: "job-failed", severity: "S2" });
    await tower.dispatch();
    expect(scene.vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(scene.vendors.to("/v2/enqueue").map(({ body }) => body.event_action)).toEqual(["trigger"]);
    const by = { id: scene.people.engineer.id, name: "Priya Raman" };
    const taken = { state: "acknowledged" as const, acknowledgedAt: IN_CLOSE, acknowledgedBy: by };
    const acknowledged = await changeIncident(tower, incident, "acknowledged", taken);
    await tower.dispatch();
    expect(JSON.stringify(scene.vendors.to("/slack/chat.update")[0]!.body)).toContain("Priya Raman has taken it on");
    const resolution = { how: "cause gone" as const, text: "The job ran.", by: null, into: null };
    await changeIncident(tower, acknowledged, "resolved", { state: "resolved", resolvedAt: IN_CLOSE, resolution });
    await tower.dispatch();
    await tower.dispatch();
    expect(scene.vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(scene.vendors.to("/slack/chat.update")).toHaveLength(2);
    expect(scene.vendors.to("/v2/enqueue").map(({ body }) => body.event_action)).toEqual([
      "trigger",
      "acknowledge",
      "resolve",
    ]);
    expect(new Set(scene.vendors.to("/v2/enqueue").map(({ body }) => body.dedup_key)).size).toBe(1);
  });

  test("nothing is lost and nothing sent twice over 429, an outage, a cut connection and a process that dies", async () => {
    scene.vendors.next.set("/slack/chat.postMessage", [
      { status: 429, headers: { "Retry-After": "30" }, body: { ok: false, error: "ratelimited" } },
      { status: 503 },
      { status: 200, cut: true },
    ]);
    scene.vendors.next.set("/v2/enqueue", [{ status: 500 }, { status: 429 }]);
    const incident = await tellIncident(tower, { code: "job-failed", severity: "S2" });
    await tower.dispatch();
    const [waiting] = (await scene.postgres.run(
      `SELECT extract(epoch FROM retry_at - now())::float AS seconds, trouble FROM alerts WHERE receiver = 'room'`,
      [],
    )) as { seconds: number; trouble: string }[];
    expect(waiting!.seconds).toBeGreaterThan(25);
    expect(waiting!.trouble).toContain("429");
    await tower.dispatch();
    expect(scene.vendors.got).toEqual([]);
    for (let tries = 0; tries < 4; tries++) {
      await retryNow();
      await tower.dispatch();
    }
    // The cut connection had taken the message in: it was found in the channel and not sent again.
    expect(scene.vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(scene.vendors.to("/slack/conversations.history").length).toBeGreaterThanOrEqual(1);
    expect(scene.vendors.to("/v2/enqueue")).toHaveLength(1);
    expect((await scene.states(incident.id)).map(({ state }) => state)).toEqual(["sent", "sent", "sent"]);
    // A process took a letter and died before it could say what became of it.
    await scene.postgres.command(
      "UPDATE alerts SET state = 'waiting', unsure = true, sent_at = NULL, held_until = now() + interval '1 minute' WHERE receiver = 'room'",
    );
    await alertTower(scene.postgres, alertEstate(scene.vendors.url), scene.environment).dispatch();
    expect((await scene.states(incident.id)).find(({ receiver }) => receiver === "room")!.state).toBe("waiting");
    await scene.postgres.command("UPDATE alerts SET held_until = now() - interval '1 second' WHERE receiver = 'room'");
    await alertTower(scene.postgres, alertEstate(scene.vendors.url), scene.environment).dispatch();
    expect((await scene.states(incident.id)).find(({ receiver }) => receiver === "room")!.state).toBe("sent");
    expect(scene.vendors.to("/slack/chat.postMessage")).toHaveLength(1);
  });

  test("several processes on one store tell everybody once", async () => {
    const others = [1, 2, 3].map(() => alertTower(scene.postgres, alertEstate(scene.vendors.url), scene.environment));
    await Promise.all(Array.from({ length: 5 }, () => tellIncident(tower, { code: "job-failed", severity: "S2" })));
    await Promise.all([tower, ...others].flatMap((each) => [each.dispatch(), each.dispatch()]));
    await vi.waitFor(async () => {
      await tower.dispatch();
      const [left] = await scene.postgres.run("SELECT count(*)::int AS n FROM alerts WHERE state = 'waiting'", []);
      expect(left).toEqual({ n: 0 });
    });
    const keys = scene.vendors.to("/v2/enqueue").map(({ body }) => body.dedup_key);
    expect(keys).toHaveLength(5);
    expect(new Set(keys).size).toBe(5);
    expect(scene.vendors.to("/slack/chat.postMessage")).toHaveLength(5);
  });

  test("what a vendor wrote arrives as text in every channel, and webhooks are signed", async () => {
    const words = { title: MARKUP, text: MARKUP };
    const cause = { kind: "run", system: "hub", dataset: null, flow: "actuals", job: MARKUP, runId: null } as const;
    await tellIncident(
      tower,
      { code: "job-failed", severity: "S1" },
      {
        words: { finance: words, engineering: words },
        cause: { ...cause, correlationId: null, entity: null, period: null, detail: MARKUP },
      },
    );
    await tower.dispatch();
    const [slack] = scene.vendors.to("/slack/chat.postMessage");
    expect(slack!.body.text).not.toMatch(/[<>]/);
    expect(JSON.stringify(slack!.body.blocks)).not.toContain("mrkdwn");
    const [teams] = scene.vendors.to("/teams");
    expect(JSON.stringify(teams!.body)).not.toMatch(/"(TextBlock|FactSet)"/);
    const html = scene.mail.mails[0]!.text.replaceAll(/=\r?\n/g, "").split("text/html")[1]!;
    expect(html).toContain("&lt;img src=3Dx onerror=3Dalert(1)&gt;");
    expect(html).not.toContain("<img");
    const [hook] = scene.vendors.to("/hook");
    const { headers } = hook!;
    const key = Buffer.from(WEBHOOK_SECRET.slice(6), "base64");
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${JSON.stringify(hook!.body)}`;
    expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  });

  test("a certificate nobody trusts and a receiver that is not set up are said loudly, and the inbox has it all the same", async () => {
    const { SLACK: _, ...without } = scene.environment;
    const estate = alertEstate(scene.vendors.url, { url: "DISTRUSTED" });
    tower = alertTower(scene.postgres, estate, without);
    const incident = await tellIncident(tower, { code: "late-posting" });
    await tellIncident(tower, { code: "job-failed", severity: "S2" });
    await tower.dispatch();
    expect(scene.distrusted.mails).toEqual([]);
    const mails = (await scene.states(incident.id)).filter(({ receiver }) => receiver === "mail");
    expect(mails.every(({ state, trouble }) => state === "waiting" && trouble!.includes("cannot be trusted"))).toBe(
      true,
    );
    const { flaws, receivers } = await routingView(tower.ctx);
    expect(flaws).toContainEqual(expect.stringMatching(/^Mail is failing: The certificate of/));
    expect(flaws).toContainEqual(expect.stringMatching(/^Room is not set up: /));
    expect(receivers).toContainEqual(expect.objectContaining({ title: "Room", trouble: "SLACK is not set." }));
    expect((await inboxFor(tower.ctx, await scene.actor(scene.people.engineer.id))).items).toHaveLength(1);
    // Mended, it goes out: nothing was lost meanwhile.
    await retryNow();
    await alertTower(scene.postgres, alertEstate(scene.vendors.url), scene.environment).dispatch();
    expect(scene.mail.mails).toHaveLength(2);
  });

  test("a link in a mail takes the incident on by one button; opening it changes nothing, and a channel's asks who one is", async () => {
    const incident = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    const stranger = () => Promise.reject(new Fault("not-signed-in", "Sign in."));
    const doors = { identify: stranger, permit: () => stranger, publicUrl: "https://tieout.example" };
    const app = alertRoutes({ ctx: tower.ctx, people: doors as unknown as People });
    app.onError((error, c) => c.text(error.message, error instanceof Fault ? FAULT_STATUS[error.code] : 500));
    const sent = scene.mail.mails
      .find(({ to }) => to[0] === scene.people.controller.email)!
      .text.replaceAll(/=\r?\n/g, "");
    const path = /https:\/\/tieout\.example(\/acknowledge\/[\w.-]+)/.exec(sent)![1]!;
    const page = await (await app.request(path)).text();
    expect(page).toContain("Take it on as Maren Vogt");
    const state = async () => (await scene.postgres.run("SELECT state FROM incidents WHERE id = $1", [incident.id]))[0];
    expect(await state()).toEqual({ state: "open" });
    expect((await app.request(path, { method: "POST", headers: { origin: "https://evil.example" } })).status).toBe(403);
    for (let press = 0; press < 2; press++) {
      expect(await (await app.request(path, { method: "POST" })).text()).toContain("Maren Vogt has taken it on");
    }
    expect(await state()).toEqual({ state: "acknowledged" });
    expect((await app.request(`${path}x`)).status).toBe(404);
    const channel = tower.ctx.alerting.links.acknowledgeUrl({ incident: incident.id, person: "" });
    expect((await app.request(channel.replace("https://tieout.example", ""))).status).toBe(401);
  });
});
