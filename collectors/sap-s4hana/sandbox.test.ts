import { afterEach, describe, expect, test } from "vitest";
import type { DatasetEvent, RunEvent } from "../../schemas/event/open-lineage.ts";
import { serveSandbox, simRun, tinyWorld } from "../../test/collectors/tiny-world.ts";
import { sapS4hana } from "./index.ts";
import { sapS4hanaSandbox } from "./sandbox.ts";

const JOB = "FI_GL_ACTUALS_EXTRACT DE01";
const NOW = "2026-11-02T18:00:10.000Z";
const at = (time: string) => Date.parse(`2026-11-02T${time}:00.000Z`);
const SETTINGS = {
  requestsPerSecond: 1000,
  discovery: "jobHeaderSet",
  jobs: [
    {
      name: "FI_GL_ACTUALS_EXTRACT {entity}",
      dataset: "GL_ACTUALS_EXTRACT",
      inputs: ["ACDOCA"],
      template: "ZFI_GL_ACTUALS_EXTRACT",
      parameterValues: "P_BUKRS={entity};P_PERIOD={period}",
    },
  ],
  ledger: {
    entities: ["DE01"],
    accounts: { from: "400000", to: "699999" },
    sides: { by: "columns", debit: "DebitAmount", credit: "CreditAmount", count: "NumberOfItems" },
  },
};
const ACCOUNTS = [
  { account: "140000", count: 9, debit: "5000.00", credit: "0.00", net: "5000.00" },
  { account: "400000", count: 4, debit: "0.00", credit: "30.10", net: "-30.10" },
  { account: "500000", count: 3, debit: "10.05", credit: "0.00", net: "10.05" },
];
const closers: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))));

async function s4(settings: Record<string, unknown> = SETTINGS) {
  const jobs = [{ job: JOB, flow: "actuals-to-close", hop: 0, entity: "DE01", dataset: "s4-extract" }];
  const tiny = tinyWorld(NOW, jobs);
  const figures = { entity: "DE01", period: "2026-10", currency: "EUR", completeThrough: null, snapshotAsOf: null };
  tiny.totals.push({ dataset: "s4-ledger", ...figures, correlationId: null, accounts: ACCOUNTS });
  const taken = { completeThrough: at("17:55"), snapshotAsOf: at("17:55") };
  const batch = { ...taken, correlationId: "GLA-2026-10-DE01-000123", accounts: ACCOUNTS.slice(1) };
  tiny.totals.push({ dataset: "s4-extract", ...figures, ...batch });
  const served = await serveSandbox(sapS4hanaSandbox, tiny, { id: "s4", settings });
  closers.push(served.close);
  const open = (connection = served.connection) =>
    sapS4hana.open(
      { id: "s4", namespace: "s4://meridian-prd", settings: sapS4hana.settings.parse(settings), connection },
      served.tools,
    );
  return { tiny, open, connected: open(), ...served };
}

function extract(key: string, start: string, end: string, over: object = {}) {
  const times = { queuedAt: at(start) - 10_000, startedAt: at(start), endedAt: at(end), snapshotAsOf: at(start) };
  return simRun({ system: "s4", job: JOB, key, ...times, ...over });
}

const runsOf = (events: unknown[]) => (events as RunEvent[]).filter((event) => event.run);
const types = (events: unknown[]) => runsOf(events).map((event) => event.eventType);
const ledgerOf = (events: unknown[]) => (events as DatasetEvent[]).filter((event) => event.dataset);

describe("reading", () => {
  test("a run is found, followed and delivered with the totals of its log", async () => {
    const { tiny, connected } = await s4();
    tiny.runs.push(extract("66F0/00000001", "17:55", "18:05"));
    const running = await connected.pull(null);
    expect(types(running.events)).toEqual(["START"]);
    expect(running.openRuns).toBe(1);
    expect(runsOf(running.events)[0]?.outputs[0]?.facets?.tieout_position).toMatchObject({
      positions: [{ entity: "DE01", period: "2026-10", ledger: "0L", snapshotAsOf: "2026-11-02T17:55:00.000Z" }],
    });
    expect(runsOf(running.events)[0]?.run.facets?.tieout_correlation).toMatchObject({
      correlationId: "GLA-2026-10-DE01-000123",
    });

    tiny.clock.now = at("18:06");
    const done = await connected.pull(running.cursor);
    expect(types(done.events)).toEqual(["COMPLETE"]);
    const [output] = runsOf(done.events)[0]!.outputs;
    expect(output?.facets?.tieout_controlTotals).toMatchObject({
      totals: [
        { measure: "count", value: "7" },
        { measure: "debit", value: "10.05" },
        { measure: "credit", value: "30.10" },
        { measure: "net", value: "-20.05" },
      ],
    });
    expect((await connected.pull(done.cursor)).events).toEqual([]);
  });

  test("the ledger is read when its time has come, without balance-sheet accounts", async () => {
    const { tiny, connected } = await s4();
    const first = await connected.pull(null);
    const [october] = ledgerOf(first.events);
    expect(october).toMatchObject({ eventTime: "2026-11-02T18:00:00.000Z", dataset: { name: "ACDOCA" } });
    const { totals } = october!.dataset.facets!.tieout_controlTotals as { totals: { account: string }[] };
    expect([...new Set(totals.map(({ account }) => account))]).toEqual(["400000", "500000"]);
    tiny.clock.now = at("18:29");
    expect((await connected.pull(first.cursor)).events).toEqual([]);
    tiny.clock.now = at("18:31");
    tiny.totals[0]!.accounts = ACCOUNTS.map((each) => ({ ...each, count: each.count + 1 }));
    const later = ledgerOf((await connected.pull(first.cursor)).events);
    expect(later.map((event) => Boolean(event.dataset.facets?.tieout_controlTotals))).toEqual([true, false]);
  });

  test("an idle system costs at most three requests and leaves the cursor as it is", async () => {
    const { tiny, connected, statuses } = await s4();
    tiny.runs.push(extract("66F0/00000001", "17:40", "17:50"));
    const first = await connected.pull(null);
    statuses.length = 0;
    tiny.clock.now = at("18:02");
    const second = await connected.pull(first.cursor);
    expect(second.cursor).toEqual(first.cursor);
    expect(second.events).toEqual([]);
    expect(statuses).toEqual([200]);
    tiny.clock.now = at("18:30");
    statuses.length = 0;
    await connected.pull(second.cursor);
    expect(statuses.length).toBeLessThanOrEqual(3);
  });

  test("a long history is taken in steps and every run once", async () => {
    const { tiny, connected } = await s4();
    for (let index = 0; index < 250; index++) {
      const start = at("08:00") + index * 60_000;
      const times = { queuedAt: start, startedAt: start, endedAt: start + 30_000 };
      tiny.runs.push(extract(`66F0/${String(index).padStart(8, "0")}`, "08:00", "08:00", times));
    }
    const completed: string[] = [];
    let cursor: Parameters<typeof connected.pull>[0] = null;
    let pulls = 0;
    for (let more = true; more; pulls++) {
      const pull = await connected.pull(cursor);
      completed.push(
        ...runsOf(pull.events)
          .filter((e) => e.eventType === "COMPLETE")
          .map((e) => e.run.runId),
      );
      ({ cursor, more } = pull);
    }
    expect([completed.length, new Set(completed).size, pulls]).toEqual([250, 250, 3]);
  });

  test("a run that vanished before its end is told as aborted", async () => {
    const { tiny, connected } = await s4();
    tiny.runs.push(extract("66F0/00000001", "17:55", "18:05"));
    const running = await connected.pull(null);
    tiny.runs.length = 0;
    const gone = await connected.pull(running.cursor);
    expect(types(gone.events)).toEqual(["ABORT"]);
    expect(gone.openRuns).toBe(0);
  });
});

describe("refusals", () => {
  test.each([
    [{ kind: "token-expired" }, "unauthorized"],
    [{ kind: "rate-limited", retryAfterSeconds: 60 }, "rate-limited"],
    [{ kind: "unavailable", status: 502 }, "unreachable"],
    [{ kind: "nonsense", body: "<html>Single sign-on</html>" }, "nonsense"],
    [{ kind: "nonsense", body: '{"d":{}}' }, "nonsense"],
  ] as const)("%j is %s, and reading goes on afterwards", async (fault, code) => {
    const { tiny, connected } = await s4();
    tiny.fault = fault;
    await expect(connected.pull(null)).rejects.toMatchObject({ code });
    tiny.fault = null;
    expect((await connected.pull(null)).events.length).toBeGreaterThan(0);
  });

  test("a wrong password is refused and not shown", async () => {
    const { open, connection } = await s4();
    const pull = open({ ...connection, password: "mistyped-password" }).pull(null);
    await expect(pull).rejects.toMatchObject({ code: "unauthorized", recoverable: false });
    await expect(pull).rejects.not.toMatchObject({ message: expect.stringMatching(/mistyped|bWlzdHlw/) });
  });
});

describe("driving", () => {
  const input = { job: JOB, parameters: { period: "2026-10" }, idempotencyKey: "request-1" };

  test("the same key starts one run, also after a restart of the collector", async () => {
    const { tiny, connected, open } = await s4();
    const first = await connected.trigger!(input);
    expect(first.adopted).toBe(false);
    expect(await connected.trigger!(input)).toEqual({ ...first, adopted: true });
    expect(await open().trigger!(input)).toEqual({ ...first, adopted: true });
    expect(tiny.runs).toHaveLength(1);
    tiny.clock.now = at("18:05");
    const { events } = await connected.pull(null);
    expect(runsOf(events).map((event) => [event.run.runId, event.job.name])).toEqual([
      [first.runId, JOB],
      [first.runId, JOB],
    ]);
  });

  test("a run started here is followed even where runs cannot be listed", async () => {
    const { tiny, connected } = await s4({ ...SETTINGS, discovery: "watchList" });
    const empty = await connected.pull(null);
    expect(types(empty.events)).toEqual([]);
    await connected.trigger!(input);
    const running = await connected.pull(empty.cursor);
    expect(types(running.events)).toEqual(["START"]);
    tiny.clock.now = at("18:05");
    expect(types((await connected.pull(running.cursor)).events)).toEqual(["COMPLETE"]);
  });

  test("a failed run is restarted as a copy that names it", async () => {
    const { tiny, connected } = await s4();
    const error = { code: "APJ_RT/017", message: "Job cancelled after system exception" };
    tiny.runs.push(extract("66F0/00000001", "17:40", "17:50", { outcome: "failed", error }));
    const failed = await connected.pull(null);
    expect(types(failed.events)).toEqual(["START", "FAIL"]);
    const { vendorRunKey, adopted } = await connected.rerun!("66F0/00000001", { fromFailure: true });
    const again = await connected.rerun!("66F0/00000001", { fromFailure: true });
    expect([adopted, again]).toEqual([false, expect.objectContaining({ vendorRunKey, adopted: true })]);
    await expect(connected.rerun!("66F0/00000001", { fromFailure: false })).rejects.toMatchObject({ code: "refused" });
    Object.assign(tiny.runs[1]!, { snapshotAsOf: at("18:00") });
    tiny.clock.now = at("18:05");
    const [start] = runsOf((await connected.pull(failed.cursor)).events);
    expect(start?.run.facets?.tieout_correlation).toMatchObject({ attempt: 2, causationId: expect.any(String) });
    expect(vendorRunKey).not.toBe("66F0/00000001");
  });

  test("a run that is running is cancelled, one that has ended is refused in the system's words", async () => {
    const { tiny, connected } = await s4();
    tiny.runs.push(extract("66F0/00000001", "17:55", "18:30"));
    const running = await connected.pull(null);
    await connected.cancel!("66F0/00000001");
    expect(types((await connected.pull(running.cursor)).events)).toEqual(["ABORT"]);
    await expect(connected.cancel!("66F0/00000001")).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("APJ_RT/012"),
    });
  });

  test("a job that runs already is not started twice", async () => {
    const { tiny, connected } = await s4();
    tiny.runs.push(extract("66F0/00000001", "17:55", "18:30"));
    await expect(connected.trigger!(input)).rejects.toMatchObject({ code: "refused" });
  });
});

test("check says what is seen and what is missing", async () => {
  const { connected } = await s4({ ...SETTINGS, discovery: "watchList" });
  expect(await connected.check()).toEqual({
    sees: ["1 job templates", "7 job statuses"],
    warnings: ["only runs started through Tieout are seen"],
  });
});
