import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { createSilence, previewSilence } from "../../server/notify/create-silence.ts";
import { expireSilence } from "../../server/notify/expire-silence.ts";
import { choosePreferences } from "../../server/notify/inbox.ts";
import { routingView } from "../../server/notify/routing-view.ts";
import { openAlertScene, type AlertScene } from "../alert-scene.ts";
import { changeIncident, IN_CLOSE, tellIncident, type AlertTower } from "../alert-tower.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";

describe("what holds alerts back", () => {
  let scene: AlertScene;
  let tower: AlertTower;

  beforeAll(async () => {
    scene = await openAlertScene(POSTGRES_ENGINES[0]!.open);
  }, 60_000);
  afterAll(() => scene.stop());
  beforeEach(async () => {
    tower = await scene.anew();
  });

  test("an S1 nobody takes on goes to the controller after 15 minutes and to the CFO after 60, and no further once somebody has", async () => {
    await tellIncident(tower, { code: "count-gap" });
    await tower.dispatch();
    const escalated = async () =>
      (await scene.postgres.run(
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
    const by = { id: scene.people.engineer.id, name: "Priya Raman" };
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
    const engineer = await scene.actor(scene.people.engineer.id);
    const controller = await scene.actor(scene.people.controller.id);
    const asked = { reason: "Planned work on the hub", expiresAt: "2026-11-05T11:00:00.000Z", hidesWorst: false };
    const all = { matcher: { flows: ["actuals"] }, ...asked };
    const worst = { matcher: { severities: ["S1" as const] }, ...asked };
    await expect(createSilence(tower.ctx, engineer, worst)).rejects.toThrow(/hide an S1 while a close runs/);
    await expect(createSilence(tower.ctx, engineer, { ...worst, hidesWorst: true })).rejects.toThrow(
      /Only a controller/,
    );
    await expect(createSilence(tower.ctx, engineer, { ...all, matcher: {} })).rejects.toThrow(/name what is meant/);
    const accountant = await scene.actor(scene.people.accountant.id);
    await expect(createSilence(tower.ctx, accountant, all)).rejects.toThrow(/may not: silence/);

    const silence = await createSilence(tower.ctx, engineer, all);
    const quiet = await tellIncident(tower, { code: "job-failed", severity: "S2" });
    const loud = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    expect((await scene.states(quiet.id)).every(({ state, stage }) => state === "waiting" && stage === "silence")).toBe(
      true,
    );
    expect((await scene.states(loud.id)).some(({ stage }) => stage === "silence")).toBe(false);
    expect(await previewSilence(tower.ctx, engineer, all)).toMatchObject({
      waiting: 3,
      hidesWorst: true,
      phase: "close",
    });
    await expireSilence(tower.ctx, engineer, silence.id);
    await tower.dispatch();
    expect((await scene.states(quiet.id)).every(({ state }) => state === "sent")).toBe(true);

    await createSilence(tower.ctx, controller, { ...worst, hidesWorst: true });
    const hidden = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    expect((await scene.states(hidden.id)).every(({ stage }) => stage === "silence")).toBe(true);
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
    expect(scene.vendors.to("/slack/chat.postMessage")).toEqual([]);
    tower.setNow("2026-11-04T14:00:30.000Z");
    await tower.dispatch();
    expect(scene.vendors.to("/slack/chat.postMessage")).toHaveLength(1);
    expect(JSON.stringify(scene.vendors.to("/slack/chat.postMessage")[0]!.body)).toContain("3 incidents");
    const joined = await Promise.all(made.map(({ id }) => scene.states(id)));
    expect(
      joined
        .flat()
        .filter(({ receiver }) => receiver === "room")
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["joined", "joined", "sent"]);
    expect((await scene.states(over.id)).every(({ state, stage }) => state === "dropped" && stage === "inhibit")).toBe(
      true,
    );
  });

  test("who wants no mail gets none but of an S1; what came back is told anew", async () => {
    const controller = await scene.actor(scene.people.controller.id);
    await choosePreferences(tower.ctx, controller, { email: "none", browser: true });
    await tellIncident(tower, { code: "handoff-overdue", severity: "S2" });
    await tower.dispatch();
    expect(scene.mail.mails).toEqual([]);
    const incident = await tellIncident(tower, { code: "late-posting" });
    await tower.dispatch();
    const first = scene.mail.mails.length;
    expect(scene.mail.mails.some(({ to }) => to[0] === scene.people.controller.email)).toBe(true);
    await changeIncident(tower, incident, "reopened", { reopened: 1 });
    await tower.dispatch();
    expect(scene.mail.mails).toHaveLength(first * 2);
    expect(await verifyAudit(scene.postgres)).toMatchObject({ intact: true });
  });
});
