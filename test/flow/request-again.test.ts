import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RequestBody } from "../../schemas/wire/request.ts";
import { createAgain } from "../../server/again.ts";
import type { Context } from "../../server/context.ts";
import { quarantineItem } from "../../server/ingest/quarantine-rows.ts";
import { askRequest } from "../../server/requests/ask-request.ts";
import { requestDetail } from "../../server/requests/request-detail.ts";
import { derivedTables, select } from "../clickhouse.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { ENGINEER, openRequestTower, type RequestTower } from "../request-scene.ts";
import { runEvent } from "./ingest/tower.ts";
import { openPlayedTower, type PlayedTower } from "./played-tower.ts";

const SYSTEM = "cpi";
const SOURCE = `collector:${SYSTEM}`;
const WITHIN = 60_000;

const drivesNothing = () => Promise.reject(new Error("Nothing is driven here."));

describe("done again over the real parts", () => {
  let played: PlayedTower;
  let opened: OpenedEngine;
  let tower: RequestTower;

  beforeAll(async () => {
    [played, opened] = await Promise.all([openPlayedTower(), POSTGRES_ENGINES[0]!.open()]);
    await played.stepTo(played.sandbox.clock.now().getTime() + 86_400_000);
    const { clickhouse, ingest, sources, facts, sandbox } = played;
    const estate = {
      ...played.estate,
      approvals: [{ id: "freely", approvals: "none", expiresHours: 24 }],
      freezes: [],
      schedules: [],
    };
    const parts: Partial<Context> = {
      ...{ clickhouse, facts, clock: sandbox.clock },
      accept: async (events, source) => void (await ingest.acceptEvents(events, source)),
    };
    tower = await openRequestTower(
      opened.postgres,
      estate as never,
      { trigger: drivesNothing, cancel: drivesNothing },
      parts,
    );
    const { ctx } = tower;
    ctx.again = createAgain({ ctx, ingest, sources, checkpoints: { check: async () => {} } as never });
  }, 240_000);
  afterAll(async () => {
    await tower?.stop();
    await Promise.all([opened?.stop(), played?.close()]);
  });

  /** Asks and waits for the end; answers the one step. */
  async function done(body: Partial<RequestBody>) {
    const asked = { act: "rebuild" as const, reason: "After a lost disk", ...body };
    const { request } = await askRequest(tower.ctx, ENGINEER, asked, { idempotencyKey: null });
    return vi.waitFor(
      async () => {
        const { request: now, steps } = await requestDetail(tower.ctx, { entities: "all" }, request.id);
        expect(["completed", "failed", "refused"]).toContain(now.state);
        return { state: now.state, step: steps[0]! };
      },
      { timeout: WITHIN, interval: 50 },
    );
  }
  const ids = async (where = "1") =>
    (await select(played.clickhouse, `SELECT event_id FROM events FINAL WHERE ${where} ORDER BY event_id`)).map(
      (row) => row.event_id,
    );
  const ofSystem = () => ids(`source = '${SOURCE}'`);

  test("rebuild derives again from raw what is gone, and leaves the rest as it was", async () => {
    const before = await derivedTables(played.clickhouse);
    await played.clickhouse.command("TRUNCATE TABLE runs");
    const { state, step } = await done({ act: "rebuild" });
    expect([state, step.outcome]).toEqual(["completed", expect.stringMatching(/^\d+ raw events derived again/)]);
    expect(await derivedTables(played.clickhouse)).toEqual(before);
  }, 180_000);

  test("recollect reads a system's history again: what was lost is there again, what is known changes nothing", async () => {
    const [before, all] = [await ofSystem(), await ids()];
    expect(before.length).toBeGreaterThan(10);
    const from = "2020-01-01T00:00:00.000Z";
    const again = await done({ act: "recollect", system: SYSTEM, from });
    expect(again).toMatchObject({ state: "completed", step: { outcome: expect.stringMatching(/^\d+ events read/) } });
    expect(await ids()).toEqual(all);
    await played.clickhouse.command(`DELETE FROM events WHERE source = '${SOURCE}'`);
    expect(await ofSystem()).toEqual([]);
    await done({ act: "recollect", system: SYSTEM, from });
    expect(await ofSystem()).toEqual(before);
  }, 180_000);

  test("of what came before the date nothing is taken in", async () => {
    const [middle] = await select(
      played.clickhouse,
      `SELECT toString(quantileExact(0.5)(event_time)) AS at FROM events FINAL WHERE source = '${SOURCE}'`,
    );
    const from = new Date(`${String(middle!.at)}Z`).toISOString();
    const since = `source = '${SOURCE}' AND event_time >= parseDateTime64BestEffort('${from}', 3)`;
    const later = await ids(since);
    await played.clickhouse.command(`DELETE FROM events WHERE source = '${SOURCE}'`);
    const { step } = await done({ act: "recollect", system: SYSTEM, from });
    expect(await ofSystem()).toEqual(later);
    expect(step.outcome).toContain(`${later.length} event`);
    const none = await done({ act: "recollect", system: SYSTEM, from: "2099-01-01T00:00:00.000Z" });
    expect(none).toMatchObject({ state: "completed", step: { outcome: expect.stringMatching(/^0 events/) } });
  }, 180_000);

  test("resubmit takes a quarantined input in, corrected; what still cannot be accepted stays where it is", async () => {
    const good = JSON.stringify(runEvent({ run: { runId: "0190c1d2-0000-7000-8000-0000000000aa" } }));
    const [refused] = await played.ingest.acceptTexts([{ text: good.replace("2026-11-04T13", "yesterday") }], {
      ...{ door: "lineage", source: "key:airflow" },
    });
    const { id } = refused as { id: string };
    const wrong = await done({ act: "resubmit", items: [{ id, text: '{"eventTime": 7}' }] });
    expect(wrong).toMatchObject({ state: "refused", step: { state: "failed" } });
    expect(await quarantineItem(played.clickhouse, id)).toMatchObject({ state: "open" });
    const right = await done({ act: "resubmit", items: [{ id, text: good }] });
    expect(right.state).toBe("completed");
    const item = await quarantineItem(played.clickhouse, id);
    expect(item).toMatchObject({ state: "resubmitted", resolvedBy: ENGINEER.name, resolution: "After a lost disk" });
    expect(right.step.outcome).toBe(`Taken in as event ${item.eventId}.`);
    expect(await select(played.clickhouse, `SELECT raw FROM events FINAL WHERE event_id = '${item.eventId}'`)).toEqual([
      { raw: good },
    ]);
    // A process that died after taking it in asks once more.
    expect((await done({ act: "resubmit", items: [{ id, text: good }] })).step.outcome).toBe(
      "It was taken in already.",
    );
  }, 180_000);
});
