import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { alertsFor, choosePreferences, inboxFor } from "../../server/notify/inbox.ts";
import { createSilence, previewSilence } from "../../server/notify/create-silence.ts";
import { expireSilence } from "../../server/notify/expire-silence.ts";
import { routingView } from "../../server/notify/routing-view.ts";
import { actorOfPerson } from "../../server/people/identify.ts";
import { personById } from "../../server/store/postgres/people.ts";
import { addReader, alertTower, changeIncident, IN_CLOSE, tellIncident, type AlertTower } from "../alert-tower.ts";
import { startMail, startVendors } from "../alert-vendors.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { smallEstate } from "../small-estate.ts";

const SECRET = `whsec_${Buffer.from("a secret of more than 24 bytes.").toString("base64")}`;
const MARKUP = '<img src=x onerror=alert(1)> *bold* <!channel> [a](http://evil.example) & "quotes"';

type Vendors = Awaited<ReturnType<typeof startVendors>>;
type MailServer = Awaited<ReturnType<typeof startMail>>;

describe.each(POSTGRES_ENGINES)("alerts on the $engine engine", ({ open }) => {
  let opened: OpenedEngine;
  let vendors: Vendors;
  let mail: MailServer;
  let distrusted: MailServer;
  let environment: Record<string, string>;
  let tower: AlertTower;
  let people: Record<"controller" | "accountant" | "elsewhere" | "engineer" | "cfo", { id: string; email: string }>;

  beforeAll(async () => {
    [opened, vendors, mail, distrusted] = await Promise.all([
      open(),
      startVendors(),
      startMail(),
      startMail({ secure: true }),
    ]);
    const { postgres } = opened;
    people = {
      controller: await addReader(postgres, "Maren Vogt", "controller"),
      accountant: await addReader(postgres, "Jonas Brandt", "accountant", ["DE01"]),
      elsewhere: await addReader(postgres, "Ann Miller", "accountant", ["US01"]),
      engineer: await addReader(postgres, "Priya Raman", "engineer"),
      cfo: await addReader(postgres, "David Okafor", "cfo"),
    };
    environment = {
      MAIL: mail.url,
      SENDER: "Tieout <tieout@small.example>",
      DISTRUSTED: distrusted.url,
      SLACK: "xoxb-1",
      TEAMS: `${vendors.url}/teams`,
      PAGER: "r".repeat(32),
      HOOK: `${vendors.url}/hook`,
      SIGNED: SECRET,
    };
  }, 60_000);
  afterAll(async () => {
    await Promise.all([vendors.stop(), mail.stop(), distrusted.stop(), opened.stop()]);
  });
  beforeEach(async () => {
    await opened.postgres.command(
      `TRUNCATE alert_attempts, alerts, alert_escalations, silences, alert_preferences, incident_steps,
        incident_exceptions CASCADE; UPDATE incidents SET state = 'resolved'`,
    );
    vendors.got.length = 0;
    vendors.next.clear();
    mail.mails.length = 0;
    tower = alertTower(opened.postgres, estateOf(vendors.url), environment);
  });

  const states = async (incident: string) => {
    const rows = await opened.postgres.run(
      "SELECT receiver, state, stage, trouble FROM alerts WHERE incident_id = $1 ORDER BY id",
      [incident],
    );
    return rows as { receiver: string; state: string; stage: string | null; trouble: string | null }[];
  };
  const actor = async (id: string) => actorOfPerson((await opened.postgres.ask(personById, { id }))[0]!);
  /** Real time passes for what waits to be tried again. */
  const retryNow = () => opened.postgres.command("UPDATE alerts SET retry_at = NULL");

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
    expect(vendors.to("/teams")).toHaveLength(1);
    expect(mail.mails.map(({ to }) => to[0]).sort()).toEqual([people.cfo.email, people.controller.email].sort());
    const words = mail.mails.find(({ to }) => to[0] === people.controller.email)!.text;
    expect(words).toContain("Subject: [S1] A posting came late");
    expect(words).toContain("22231.55 EUR");
    expect(words).toMatch(/Auto-Submitted: auto-generated/);
    const inbox = await inboxFor(tower.ctx, await actor(people.controller.id));
    expect(inbox).toMatchObject({
      unread: 1,
      items: [{ incident: incident.id, title: "A posting came late", severity: "S1" }],
    });
    expect((await inboxFor(tower.ctx, await actor(people.elsewhere.id))).items).toEqual([]);
    const told = await alertsFor(tower.ctx, await actor(people.controller.id), incident.id);
    // Controller and CFO share the channel: it is told once, and the record says why the other was not.
    expect(told.filter(({ receiver }) => receiver === "close").map(({ state, stage }) => [state, stage])).toEqual([
      ["sent", null],
      ["dropped", "dedupe"],
    ]);
    expect(told.filter(({ state }) => state === "sent").every(({ sentAt }) => sentAt === IN_CLOSE)).toBe(true);
    const audited = await opened.postgres.run(
      "SELECT body FROM audit_entries WHERE body ->> 'subject' = $1 ORDER BY sequence",
      [`incident:${incident.id}`],
    );
    expect(audited.length).toBeGreaterThanOrEqual(4);
  });

  test("a channel that can change a message shows it acknowledged and over; the others are told the end", async () => {
    const incident = await tellIncident(tower, { code: "job-failed", severity: "S2" });
    await tower.dispatch();
    expect(vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(vendors.to("/v2/enqueue").map(({ body }) => body.event_action)).toEqual(["trigger"]);
    const by = { id: people.engineer.id, name: "Priya Raman" };
    const taken = { state: "acknowledged" as const, acknowledgedAt: IN_CLOSE, acknowledgedBy: by };
    const acknowledged = await changeIncident(tower, incident, "acknowledged", taken);
    await tower.dispatch();
    expect(JSON.stringify(vendors.to("/slack/chat.update")[0]!.body)).toContain("Priya Raman has taken it on");
    const resolution = { how: "cause gone" as const, text: "The job ran.", by: null, into: null };
    await changeIncident(tower, acknowledged, "resolved", { state: "resolved", resolvedAt: IN_CLOSE, resolution });
    await tower.dispatch();
    await tower.dispatch();
    expect(vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(vendors.to("/slack/chat.update")).toHaveLength(2);
    expect(vendors.to("/v2/enqueue").map(({ body }) => body.event_action)).toEqual([
      "trigger",
      "acknowledge",
      "resolve",
    ]);
    expect(new Set(vendors.to("/v2/enqueue").map(({ body }) => body.dedup_key)).size).toBe(1);
  });

  test("nothing is lost and nothing sent twice over 429, an outage, a cut connection and a process that dies", async () => {
    vendors.next.set("/slack/chat.postMessage", [
      { status: 429, headers: { "Retry-After": "30" }, body: { ok: false, error: "ratelimited" } },
      { status: 503 },
      { status: 200, cut: true },
    ]);
    vendors.next.set("/v2/enqueue", [{ status: 500 }, { status: 429 }]);
    const incident = await tellIncident(tower, { code: "job-failed", severity: "S2" });
    await tower.dispatch();
    const [waiting] = (await opened.postgres.run(
      `SELECT extract(epoch FROM retry_at - now())::float AS seconds, trouble FROM alerts WHERE receiver = 'room'`,
      [],
    )) as { seconds: number; trouble: string }[];
    expect(waiting!.seconds).toBeGreaterThan(25);
    expect(waiting!.trouble).toContain("429");
    await tower.dispatch();
    expect(vendors.got).toEqual([]);
    for (let tries = 0; tries < 4; tries++) {
      await retryNow();
      await tower.dispatch();
    }
    // The cut connection had taken the message in: it was found in the channel and not sent again.
    expect(vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(vendors.to("/slack/conversations.history").length).toBeGreaterThanOrEqual(1);
    expect(vendors.to("/v2/enqueue")).toHaveLength(1);
    expect((await states(incident.id)).map(({ state }) => state)).toEqual(["sent", "sent", "sent"]);
    // A process took a letter and died before it could say what became of it.
    await opened.postgres.command(
      "UPDATE alerts SET state = 'waiting', unsure = true, sent_at = NULL, held_until = now() + interval '1 minute' WHERE receiver = 'room'",
    );
    await alertTower(opened.postgres, estateOf(vendors.url), environment).dispatch();
    expect((await states(incident.id)).find(({ receiver }) => receiver === "room")!.state).toBe("waiting");
    await opened.postgres.command("UPDATE alerts SET held_until = now() - interval '1 second' WHERE receiver = 'room'");
    await alertTower(opened.postgres, estateOf(vendors.url), environment).dispatch();
    expect((await states(incident.id)).find(({ receiver }) => receiver === "room")!.state).toBe("sent");
    expect(vendors.to("/slack/chat.postMessage")).toHaveLength(1);
  });

  test("several processes on one store tell everybody once", async () => {
    const others = [1, 2, 3].map(() => alertTower(opened.postgres, estateOf(vendors.url), environment));
    await Promise.all(Array.from({ length: 5 }, () => tellIncident(tower, { code: "job-failed", severity: "S2" })));
    await Promise.all([tower, ...others].flatMap((each) => [each.dispatch(), each.dispatch()]));
    await vi.waitFor(async () => {
      await tower.dispatch();
      const [left] = await opened.postgres.run("SELECT count(*)::int AS n FROM alerts WHERE state = 'waiting'", []);
      expect(left).toEqual({ n: 0 });
    });
    const keys = vendors.to("/v2/enqueue").map(({ body }) => body.dedup_key);
    expect(keys).toHaveLength(5);
    expect(new Set(keys).size).toBe(5);
    expect(vendors.to("/slack/chat.postMessage")).toHaveLength(5);
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
    const [slack] = vendors.to("/slack/chat.postMessage");
    expect(slack!.body.text).not.toMatch(/[<>]/);
    expect(JSON.stringify(slack!.body.blocks)).not.toContain("mrkdwn");
    const [teams] = vendors.to("/teams");
    expect(JSON.stringify(teams!.body)).not.toMatch(/"(TextBlock|FactSet)"/);
    const html = mail.mails[0]!.text.replaceAll(/=\r?\n/g, "").split("text/html")[1]!;
    expect(html).toContain("&lt;img src=3Dx onerror=3Dalert(1)&gt;");
    expect(html).not.toContain("<img");
    const [hook] = vendors.to("/hook");
    const { headers } = hook!;
    const key = Buffer.from(SECRET.slice(6), "base64");
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${JSON.stringify(hook!.body)}`;
    expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  });

  test("a certificate nobody trusts and a receiver that is not set up are said loudly, and the inbox has it all the same", async () => {
    const { SLACK: _, ...without } = environment;
    const estate = estateOf(vendors.url, { url: "DISTRUSTED" });
    tower = alertTower(opened.postgres, estate, without);
    const incident = await tellIncident(tower, { code: "late-posting" });
    await tellIncident(tower, { code: "job-failed", severity: "S2" });
    await tower.dispatch();
    expect(distrusted.mails).toEqual([]);
    const mails = (await states(incident.id)).filter(({ receiver }) => receiver === "mail");
    expect(mails.every(({ state, trouble }) => state === "waiting" && trouble!.includes("cannot be trusted"))).toBe(
      true,
    );
    const { flaws } = await routingView(tower.ctx);
    expect(flaws).toContainEqual(expect.stringMatching(/^Mail is failing: The certificate of/));
    expect(flaws).toContainEqual(expect.stringContaining("Room (SLACK is not set.)"));
    expect((await inboxFor(tower.ctx, await actor(people.engineer.id))).items).toHaveLength(1);
    // Mended, it goes out: nothing was lost meanwhile.
    await retryNow();
    await alertTower(opened.postgres, estateOf(vendors.url), environment).dispatch();
    expect(mail.mails).toHaveLength(2);
  });

  test("an S1 nobody takes on goes to the controller after 15 minutes and to the CFO after 60, and no further once somebody has", async () => {
    await tellIncident(tower, { code: "count-gap" });
    await tower.dispatch();
    const escalated = async () =>
      (await opened.postgres.run(
        "SELECT DISTINCT role, step FROM alerts WHERE occasion = 'escalated' AND state = 'sent' ORDER BY step",
        [],
      )) as unknown[];
    tower.pass(14);
    await tower.dispatch();
    expect(await escalated()).toEqual([]);
    tower.pass(1);
    await tower.dispatch();
    expect(await escalated()).toEqual([{ role: "controller", step: "worst:1" }]);
    tower.pass(45);
    await tower.dispatch();
    await tower.dispatch();
    expect(await escalated()).toHaveLength(2);

    tower.setNow(IN_CLOSE);
    const second = await tellIncident(tower, { code: "count-gap" });
    await tower.dispatch();
    const by = { id: people.engineer.id, name: "Priya Raman" };
    await changeIncident(tower, second, "acknowledged", {
      state: "acknowledged",
      acknowledgedBy: by,
      acknowledgedAt: IN_CLOSE,
    });
    await tower.dispatch();
    tower.pass(90);
    await tower.dispatch();
    expect(await escalated()).toHaveLength(2);
  });

  test("a silence keeps messages back until it ends, never an S1 of the close unless a controller says so twice", async () => {
    const engineer = await actor(people.engineer.id);
    const controller = await actor(people.controller.id);
    const asked = { reason: "Planned work on the hub", expiresAt: "2026-11-05T11:00:00.000Z", hidesWorst: false };
    const all = { matcher: { flows: ["actuals"] }, ...asked };
    const worst = { matcher: { severities: ["S1" as const] }, ...asked };
    await expect(createSilence(tower.ctx, engineer, worst)).rejects.toThrow(/hide an S1 while a close runs/);
    await expect(createSilence(tower.ctx, engineer, { ...worst, hidesWorst: true })).rejects.toThrow(
      /Only a controller/,
    );
    await expect(createSilence(tower.ctx, engineer, { ...all, matcher: {} })).rejects.toThrow(/name what is meant/);
    const accountant = await actor(people.accountant.id);
    await expect(createSilence(tower.ctx, accountant, all)).rejects.toThrow(/may not: silence/);

    const silence = await createSilence(tower.ctx, engineer, all);
    const quiet = await tellIncident(tower, { code: "job-failed", severity: "S2" });
    const loud = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    expect((await states(quiet.id)).every(({ state, stage }) => state === "waiting" && stage === "silence")).toBe(true);
    expect((await states(loud.id)).some(({ stage }) => stage === "silence")).toBe(false);
    expect(await previewSilence(tower.ctx, engineer, all)).toMatchObject({
      waiting: 3,
      hidesWorst: true,
      phase: "close",
    });
    await expireSilence(tower.ctx, engineer, silence.id);
    await tower.dispatch();
    expect((await states(quiet.id)).every(({ state }) => state === "sent")).toBe(true);

    await createSilence(tower.ctx, controller, { ...worst, hidesWorst: true });
    const hidden = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    expect((await states(hidden.id)).every(({ stage }) => stage === "silence")).toBe(true);
    expect((await routingView(tower.ctx)).flaws[0]).toMatch(/^A silence of Maren Vogt hides S1 of the close/);
  });

  test("S3 and S4 are gathered into one message at the digest's time, and what ends before is told to nobody", async () => {
    const made = [];
    for (let at = 0; at < 3; at++) made.push(await tellIncident(tower, { code: "api-limit" }));
    const over = await tellIncident(tower, { code: "api-limit" });
    const resolution = { how: "cause gone" as const, text: "It passed.", by: null, into: null };
    await changeIncident(tower, over, "resolved", { state: "resolved", resolvedAt: IN_CLOSE, resolution });
    await tower.dispatch();
    tower.pass(3);
    await tower.dispatch();
    expect(vendors.to("/slack/chat.postMessage")).toEqual([]);
    tower.setNow("2026-11-04T14:00:30.000Z");
    await tower.dispatch();
    expect(vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(JSON.stringify(vendors.to("/slack/chat.postMessage")[0]!.body)).toContain("3 incidents");
    const joined = await Promise.all(made.map(({ id }) => states(id)));
    expect(
      joined
        .flat()
        .filter(({ receiver }) => receiver === "room")
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["joined", "joined", "sent"]);
    expect((await states(over.id)).every(({ state, stage }) => state === "dropped" && stage === "inhibit")).toBe(true);
  });

  test("who wants no mail gets none but of an S1; what came back is told anew", async () => {
    const controller = await actor(people.controller.id);
    await choosePreferences(tower.ctx, controller, { email: "none", browser: true });
    await tellIncident(tower, { code: "handoff-overdue", severity: "S2" });
    await tower.dispatch();
    expect(mail.mails).toEqual([]);
    const incident = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    const first = mail.mails.length;
    expect(mail.mails.some(({ to }) => to[0] === people.controller.email)).toBe(true);
    await changeIncident(tower, incident, "reopened", { reopened: 1 });
    await tower.dispatch();
    expect(mail.mails).toHaveLength(first * 2);
    expect(await verifyAudit(opened.postgres)).toMatchObject({ intact: true });
  });
});

function estateOf(vendors: string, { url = "MAIL" }: { url?: string } = {}) {
  const receiver = (id: string, kind: string, connection: object, settings: object = {}) => {
    return { id, title: id[0]!.toUpperCase() + id.slice(1), kind, connection, settings, inside: true };
  };
  return smallEstate({
    receivers: [
      receiver("mail", "email", { url, from: "SENDER" }),
      receiver("room", "slack", { token: "SLACK" }, { channel: "C0CLOSE01", api: `${vendors}/slack` }),
      receiver("close", "teams", { url: "TEAMS" }),
      receiver("pager", "pagerduty", { routingKey: "PAGER" }, { api: vendors }),
      receiver("desk", "webhook", { url: "HOOK", secret: "SIGNED" }),
    ],
    routes: [
      { id: "controller", role: "controller", owners: ["controller"], receivers: ["mail", "close"] },
      { id: "cfo", role: "cfo", severities: ["S1"], receivers: ["mail", "close"] },
      { id: "engineer", role: "engineer", owners: ["engineer"], severities: ["S2"], receivers: ["room", "pager"] },
      { id: "engineer-worst", role: "engineer", owners: ["engineer"], severities: ["S1"], receivers: ["room", "desk"] },
      { id: "later", role: "engineer", severities: ["S3", "S4"], receivers: ["room"], digest: ["15:00"] },
    ],
    escalations: [
      {
        id: "worst",
        during: { fromWorkDay: -1, toWorkDay: 5 },
        steps: [
          { afterMinutes: 15, role: "controller" },
          { afterMinutes: 60, role: "cfo", receivers: ["mail"] },
        ],
      },
    ],
  });
}
