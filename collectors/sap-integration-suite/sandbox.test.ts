import { afterEach, describe, expect, test } from "vitest";
import { serveSandbox, simRun, tinyWorld } from "../../test/collectors/tiny-world.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { sapIntegrationSuite } from "./index.ts";
import { sapIntegrationSuiteSandbox } from "./sandbox.ts";

const JOB = "GL_ACTUALS_OUT DE01";
const NOW = "2026-11-02T18:00:00.000Z";
const at = (time: string) => Date.parse(`2026-11-02T${time}:00.000Z`);
const settings = {
  iflows: [
    {
      name: "GL_ACTUALS_OUT {entity}",
      dataset: "GL_ACTUALS_OUT",
      upstream: { namespace: "s4://meridian-prd", job: "FI_GL_ACTUALS_EXTRACT {entity}", header: "s4JobRun" },
      downstream: { namespace: "anaplan://meridian", job: "Load Actuals {entity}", header: "anaplanTaskId" },
      trigger: "/http/gl-actuals/{entity}",
    },
  ],
  pageSize: 2,
};
const closers: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))));

async function tenant(now = NOW) {
  const jobs = [{ job: JOB, flow: "actuals-to-close", hop: 1, entity: "DE01", dataset: "cpi-actuals" }];
  const tiny = tinyWorld(now, jobs);
  const served = await serveSandbox(sapIntegrationSuiteSandbox, tiny, { id: "cpi", settings });
  closers.push(served.close);
  const open = (connection = served.connection) =>
    sapIntegrationSuite.open(
      {
        id: "cpi",
        namespace: "cpi://meridian-prd",
        settings: sapIntegrationSuite.settings.parse(settings),
        connection,
      },
      served.tools,
    );
  return { tiny, connected: open(), open, ...served };
}

function message(key: string, start: string, end: string, over: Parameters<typeof simRun>[0] | object = {}) {
  const times = { queuedAt: at(start), startedAt: at(start), endedAt: at(end) };
  return simRun({ system: "cpi", job: JOB, key, hop: 1, snapshotAsOf: at("17:00"), ...times, ...over });
}

const types = (events: unknown[]) => (events as RunEvent[]).map((event) => event.eventType);

describe("reading", () => {
  test("a message is seen running, then delivered with its totals and its links", async () => {
    const { tiny, connected } = await tenant();
    tiny.runs.push(
      message("m1", "17:50", "18:05", {
        startedBy: { system: "s4", key: "66F0/00000001" },
        started: [{ system: "anaplan", key: "7D3E" }],
      }),
    );
    const running = await connected.pull(null);
    expect(types(running.events)).toEqual(["START", "RUNNING"]);
    expect(running.openRuns).toBe(1);

    tiny.clock.now = at("18:10");
    tiny.totals.push({
      dataset: "cpi-actuals",
      entity: "DE01",
      period: "2026-10",
      currency: "EUR",
      correlationId: "GLA-2026-10-DE01-000123",
      completeThrough: at("17:00"),
      snapshotAsOf: at("17:00"),
      accounts: [
        { account: "0000400000", count: 3, debit: "10.05", credit: "0.00", net: "10.05" },
        { account: "0000800000", count: 4, debit: "0.00", credit: "30.10", net: "-30.10" },
      ],
    });
    const done = await connected.pull(running.cursor);
    expect(types(done.events)).toEqual(["COMPLETE"]);
    expect(done.openRuns).toBe(0);
    const [output] = (done.events[0] as RunEvent).outputs;
    expect(output?.facets?.tieout_controlTotals).toMatchObject({
      totals: [
        { measure: "count", value: "7" },
        { measure: "debit", value: "10.05" },
        { measure: "credit", value: "30.10" },
        { measure: "net", value: "-20.05" },
      ],
    });
    expect((done.events[0] as RunEvent).run.facets?.jobDependencies).toMatchObject({
      upstream: [{ job: { name: "FI_GL_ACTUALS_EXTRACT DE01" } }],
      downstream: [{ job: { name: "Load Actuals DE01" } }],
    });
  });

  test("an idle tenant costs one request, yields nothing and leaves the cursor as it is", async () => {
    const { tiny, connected, statuses } = await tenant("2026-11-02T18:20:00.000Z");
    tiny.runs.push(message("m1", "17:50", "18:05"));
    const first = await connected.pull(null);
    statuses.length = 0;
    tiny.clock.now = at("18:22");
    const second = await connected.pull(first.cursor);
    expect(second.events).toEqual([]);
    expect(second.cursor).toEqual(first.cursor);
    expect(statuses).toEqual([200]);
  });

  test("pages are followed, long backlogs are taken in steps, and every message is read once", async () => {
    const { tiny, connected } = await tenant();
    for (let minute = 10; minute < 50; minute++) tiny.runs.push(message(`m${minute}`, "17:00", `17:${minute}`));
    const started: string[] = [];
    let cursor: Parameters<typeof connected.pull>[0] = null;
    let pulls = 0;
    for (let more = true; more; pulls++) {
      const pull = await connected.pull(cursor);
      started.push(...(pull.events as RunEvent[]).filter((e) => e.eventType === "START").map((e) => e.run.runId));
      ({ cursor, more } = pull);
    }
    expect(new Set(started).size).toBe(40);
    expect(started.length).toBe(40);
    expect(pulls).toBeGreaterThan(3);
  });

  test("an abandoned message that returns is a second attempt", async () => {
    const { tiny, connected } = await tenant();
    const run = message("m1", "17:50", "17:55", { outcome: "held" });
    tiny.runs.push(run);
    const abandoned = await connected.pull(null);
    expect(types(abandoned.events)).toEqual(["START", "FAIL"]);
    // Long after the overlap: only asking by GUID finds it again.
    tiny.clock.now = at("19:30");
    const quiet = await connected.pull(abandoned.cursor);
    expect(quiet.events).toEqual([]);
    Object.assign(run, { outcome: "complete", startedAt: at("19:20"), endedAt: at("19:40") });
    const resumed = await connected.pull(quiet.cursor);
    expect(types(resumed.events)).toEqual(["RUNNING"]);
    expect((resumed.events[0] as RunEvent).run.facets?.tieout_correlation).toMatchObject({ attempt: 2 });
    tiny.clock.now = at("19:45");
    const done = await connected.pull(resumed.cursor);
    expect(types(done.events)).toEqual(["COMPLETE"]);
    expect((done.events[0] as RunEvent).run.facets?.tieout_correlation).toMatchObject({ attempt: 2 });
  });

  test("a failure carries the tenant's own error text", async () => {
    const { tiny, connected } = await tenant();
    const error = { code: "FAILED", message: "HTTP operation failed with statusCode: 429" };
    tiny.runs.push(message("m1", "17:50", "17:55", { outcome: "failed", error }));
    const { events } = await connected.pull(null);
    expect((events.at(-1) as RunEvent).run.facets).toMatchObject({
      errorMessage: { message: error.message },
      tieout_exceptions: { exceptions: [{ code: "api-limit", class: "technical" }] },
    });
  });

  test("history that expired before it was read leaves a gap that is told once", async () => {
    const { connected } = await tenant();
    const stale = { through: "2026-08-01T00:00:00.000Z", behind: false, watched: {} };
    const pull = await connected.pull(stale);
    expect(types(pull.events)).toEqual(["OTHER"]);
    expect((await connected.pull(pull.cursor)).events).toEqual([]);
  });
});

describe("refusals", () => {
  test.each([
    [{ kind: "token-expired" }, "unauthorized"],
    [{ kind: "rate-limited", retryAfterSeconds: 60 }, "rate-limited"],
    [{ kind: "unavailable", status: 503 }, "unreachable"],
    [{ kind: "nonsense", body: "<html>maintenance</html>" }, "nonsense"],
    [{ kind: "nonsense", body: '{"d":{"results":[{"MessageGuid":7}]}}' }, "nonsense"],
  ] as const)("%j is %s, and reading goes on afterwards", async (fault, code) => {
    const { tiny, connected } = await tenant();
    tiny.runs.push(message("m1", "17:50", "17:55"));
    tiny.fault = fault;
    await expect(connected.pull(null)).rejects.toMatchObject({ code });
    tiny.fault = null;
    expect(types((await connected.pull(null)).events)).toEqual(["START", "COMPLETE"]);
  });

  test("a wrong secret is refused and not shown", async () => {
    const { open, connection } = await tenant();
    const pull = open({ ...connection, clientSecret: "mistyped-secret" }).pull(null);
    await expect(pull).rejects.toMatchObject({ code: "unauthorized", recoverable: false });
    await expect(pull).rejects.not.toMatchObject({ message: expect.stringContaining("mistyped") });
  });
});

describe("driving", () => {
  test("the same key sends one message, and its run comes back under the id that was promised", async () => {
    const { tiny, connected } = await tenant();
    const input = { job: JOB, parameters: { period: "2026-10" }, idempotencyKey: "request-1" };
    const first = await connected.trigger!(input);
    const second = await connected.trigger!(input);
    expect(first).toMatchObject({ adopted: false, jobName: JOB });
    expect(second).toEqual({ ...first, adopted: true });
    tiny.clock.now = at("18:05");
    const { events } = await connected.pull(null);
    expect((events as RunEvent[]).map((event) => event.run.runId)).toEqual([first.runId, first.runId]);
  });

  test("an iFlow without a sender endpoint cannot be started", async () => {
    const { connected } = await tenant();
    const input = { job: "COST_CENTRE_OUT DE01", parameters: {}, idempotencyKey: "request-2" };
    await expect(connected.trigger!(input)).rejects.toMatchObject({ code: "refused" });
  });
});
