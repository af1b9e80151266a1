import type { ServerDuplexStream } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { bytes, isRun, PLAYED, readOn, stageHand, type Collected, type Played } from "../../test/collectors/stage.ts";
import { createBudget } from "../budget.ts";
import { changeEvents } from "./change-events.ts";
import { openPubSub } from "./pub-sub.ts";
import { loadPubSub, type FetchRequest, type FetchResponse } from "./pub-sub-protocol.ts";
import type { Cursor } from "./pull.ts";
import { createDecoder, readChanges } from "./read-changes.ts";
import { SalesforceSettings } from "./settings.ts";

const played = PLAYED.find(({ id }) => id === "salesforce") as Played;
const setStage = stageHand();
const changes = (more: object = {}) => ({
  changes: { objects: [{ object: "Budget__c", dataset: "Budget__c" }], ...more },
});
const EARLY = "2026-08-03T05:05:00.000Z";
const LATE = "2026-08-03T15:25:00.000Z";
const told = (events: readonly Collected[]) =>
  events.flatMap((event) => (isRun(event) ? [] : (event.dataset.facets?.["tieout_changes"] ?? [])));
const gaps = (events: readonly Collected[]) => events.filter(isRun).filter(({ job }) => job.name === "Change events");

describe("a transaction", () => {
  test("is told with what it changed, by whom and in which books; what nobody declared is not", async () => {
    const stage = await setStage(played, LATE);
    const { events } = await readOn(stage.open(), null);
    const loads = stage.world
      .runs(played.system.id)
      .filter(({ outcome, endedAt }) => ["complete", "partial"].includes(outcome) && endedAt <= Date.parse(LATE))
      .filter(({ endedAt }) => endedAt >= Date.parse(LATE) - 72 * 3_600_000);
    expect(told(events)).toHaveLength(loads.length);
    expect(told(events).filter((each) => !(each as { complete: boolean }).complete)).toHaveLength(
      loads.filter(({ outcome }) => outcome === "partial").length,
    );
    const [load] = loads;
    expect(told(events)).toContainEqual(
      expect.objectContaining({
        ...{ transactionId: `0000-${load?.key}`, created: 2, updated: 1, complete: true },
        ...{ fields: ["Amount__c", "Place__c.City"], origin: expect.stringMatching(/client=Loader$/) },
        touched: [{ entity: load?.entity, period: load?.period }],
      }),
    );
    expect(JSON.stringify(told(events))).not.toContain("12.5");
  });

  test("has figures read again at once, also of a month that is no longer open", async () => {
    const stage = await setStage(played, EARLY);
    const first = await readOn(stage.open(), null);
    const totals = (events: readonly Collected[]) => JSON.stringify(events).match(/"asOf":"[^"]+"/g) ?? [];
    expect(JSON.stringify(first.events)).not.toContain('"period":"2026-07","version":"actual","account"');
    stage.clock.pass(85);
    const { events } = await readOn(stage.open(), first.cursor);
    expect(told(events)).not.toEqual([]);
    expect(totals(events)).toContain('"asOf":"2026-08-03T06:30:00.000Z"');
    expect(JSON.stringify(events)).toContain('"period":"2026-07","version":"actual","account"');
  });
});

describe("a stream", () => {
  /** Reads all there is; `disturb` answers for the n-th look at who asks. */
  async function disturbed(disturb: (look: number) => Response | null) {
    const stage = await setStage(played, LATE, changes({ atOnce: 2, most: 1000 }));
    const calm = await readOn(stage.open(), null);
    let looks = 0;
    stage.intercept = ({ url }) => (url.endsWith("/userinfo") ? disturb(++looks) : null) as never;
    return { stage, calm: bytes(calm.events), looks: () => looks };
  }

  test.each([
    ["whose session ends is taken up with another", () => Response.json([], { status: 401 })],
    ["that is cut is taken up behind the last event", () => new Response(null, { status: 503 })],
  ])("%s, and tells the same", async (_, answer) => {
    const { stage, calm, looks } = await disturbed((look) => (look % 4 === 0 ? answer() : null));
    expect(bytes((await readOn(stage.open(), null)).events)).toEqual(calm);
    expect(looks()).toBeGreaterThan(8);
  });

  test("that stays away shows so, keeps what was read and goes on from there", async () => {
    let away = true;
    const { stage, calm } = await disturbed((look) => (away && look > 5 ? new Response(null, { status: 503 }) : null));
    const connected = stage.open();
    const events: Collected[] = [];
    let cursor: unknown = null;
    const step = async () => {
      const pull = await connected.pull(cursor);
      events.push(...pull.events);
      ({ cursor } = pull);
    };
    await expect(
      (async () => {
        for (;;) await step();
      })(),
    ).rejects.toMatchObject({ code: "unreachable", recoverable: true });
    expect(told(events).length).toBeGreaterThan(0);
    expect(told(events).length).toBeLessThan(calm.filter((each) => each.includes("tieout_changes")).length);
    away = false;
    events.push(...(await readOn(connected, cursor)).events);
    expect(bytes(events).sort()).toEqual(calm.sort());
  });

  test("whose place expired is read from its oldest event, and what was lost is a gap", async () => {
    const stage = await setStage(played, EARLY);
    const { cursor } = await readOn(stage.open(), null);
    stage.clock.pass(5 * 1440);
    const { events } = await readOn(stage.open(), cursor);
    expect(JSON.stringify(gaps(events))).toMatch(/between 2026-08-03T.+ and 2026-08-05T05:00:00.000Z expired/);
    expect(gaps(events)).toHaveLength(1);
  });

  test.each([
    ["a quiet stream's place grew old without anything lost", "2026-07-30T08:00:00.000Z", false],
    ["a stream that was set back lost what came since its last event", "2026-08-03T04:00:00.000Z", true],
  ])("%s", async (_, at, isLost) => {
    const stage = await setStage(played, LATE);
    const { events: all, cursor } = await readOn(stage.open(), null);
    const old = { replayId: "AAAA", at, readAt: "2026-08-03T05:00:00.000Z" };
    const { events } = await readOn(stage.open(), { ...(cursor as Cursor), changes: old });
    expect(told(events)).toEqual(told(all));
    expect(gaps(events)).toHaveLength(isLost ? 1 : 0);
  });
});

describe("a server", () => {
  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  /** Reads once from a server that does as it is told. */
  async function readFrom(serve: (stream: ServerDuplexStream<FetchRequest, FetchResponse>) => void) {
    const { grpc, PubSub } = await loadPubSub();
    const server = new grpc.Server();
    server.addService(PubSub.service, { Subscribe: serve, GetSchema: noSchema, GetTopic: noSchema });
    const port = await new Promise<number>((resolve, reject) => {
      const given = grpc.ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", given, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    const clock = { now: () => new Date(LATE) };
    const wait = async () => {};
    const pubSub = await openPubSub({
      ...{ address: `http://127.0.0.1:${port}`, secrets: [], tools: { counted: () => {} } },
      session: async () => ({ accesstoken: "t", instanceurl: "http://x", tenantid: "00D" }),
      budget: createBudget({ perSecond: 100 }, { clock, wait }),
    });
    closing.push(pubSub.close, () => server.forceShutdown());
    const settings = SalesforceSettings.parse(changes({ idleSeconds: 0.3 })).changes!;
    const decoder = createDecoder();
    const decoded = (event: Parameters<typeof decoder>[0]) => decoder(event, pubSub);
    return readChanges(null, { pubSub, settings, decoded, tools: { clock, wait }, renew: () => {} });
  }
  const noSchema = (call: { request: { schemaId: string } }, done: (error: null, answer: object) => void) =>
    done(null, { schemaJson: call.request.schemaId === "none" ? "{" : '"string"', canSubscribe: true });
  const delivery = (schemaId: string): FetchResponse => ({
    events: [{ replayId: Buffer.from([7]), event: { id: "1", schemaId, payload: Buffer.from([2, 65]) } }],
    ...{ latestReplayId: Buffer.from([7]), pendingNumRequested: 99 },
  });

  test("that says nothing has nothing to tell", async () => {
    expect(await readFrom(() => {})).toMatchObject({ changes: [], gap: null, more: false });
  });

  test("that ends the stream again and again cannot be read", async () => {
    let opened = 0;
    await expect(readFrom((stream) => (opened++, stream.end()))).rejects.toMatchObject({ code: "unreachable" });
    expect(opened).toBe(3);
  });

  test.each([
    ["whose schema is none", "none", /cannot be understood/],
    ["that is no change", "text", /header is not that of a change event/],
  ])("may send an event %s, and the stream goes on", async (_, schemaId, why) => {
    const { changes: found, cursor } = await readFrom((stream) => void stream.write(delivery(schemaId)));
    expect(found).toEqual([{ replayId: "Bw==", unreadable: expect.stringMatching(why) }]);
    expect(cursor.replayId).toBe("Bw==");
    const context = { namespace: "salesforce://x", settings: SalesforceSettings.parse(changes()), since: EARLY };
    expect(JSON.stringify(changeEvents(found, context))).toMatch(/"code":"contract-drift".*could not be read/);
  });
});
