import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Run } from "../../../schemas/run.ts";
import { RequestBody } from "../../../schemas/wire/request.ts";
import { Estate } from "../../../schemas/estate/estate.ts";
import { PLANNING_ESTATE } from "../../../test/planning-estate.ts";
import { createCalendars } from "../../close/calendars.ts";
import { declaredEdges } from "../../lineage/declared.ts";
import { parseRunbook } from "../../runbooks/parse-runbook.ts";
import { makePlan } from "./make-plan.ts";
import { orderLoads } from "./order.ts";
import { planGraph } from "./plan-graph.ts";
import type { PlanWorld, Wish } from "./world.ts";

const NOW = new Date("2026-11-04T10:00:00.000Z");

/** The planning estate whose report is posted by a job of its own, with a way to take it back or none. */
function posting(reverse: boolean): Estate {
  const estate = structuredClone(PLANNING_ESTATE) as Estate;
  estate.flows[0]!.hops[1] = {
    ...{ dataset: "shown", job: "Post {entity}", title: "Posting" },
    rerun: {
      ...{ job: "Post {entity}", parameters: {}, effect: "posts" },
      ...(reverse ? { reverse: { job: "Reverse {entity}", parameters: { period: "{period}" } } } : {}),
    },
  };
  return Estate.parse(estate);
}

function run(name: string, entity: string, over: Partial<Run> = {}): Run {
  const dataset = name.startsWith("Load") ? "Actuals" : "Shown";
  return {
    ...{ runId: `${name} ${entity}`, jobNamespace: "plan://small", jobName: `${name} ${entity}`, state: "COMPLETED" },
    ...{
      qualifier: null,
      vendorStatus: null,
      startedAt: "2026-11-04T08:00:00.000Z",
      endedAt: "2026-11-04T08:10:00.000Z",
    },
    ...{
      lastEventAt: "2026-11-04T08:10:00.000Z",
      attempt: 1,
      correlationId: null,
      causationId: null,
      parentRunId: null,
    },
    ...{ rowsRead: null, rowsWritten: 10, rowsRejected: null, progress: null, error: null, exceptions: [] },
    targets: [{ namespace: "plan://small", name: dataset, entity, period: "2026-10" }],
    ...over,
  } as Run;
}

function world(runs: Run[] = [], over: Partial<PlanWorld> = {}): PlanWorld {
  const estate = over.estate ?? PLANNING_ESTATE;
  return {
    estate,
    calendars: createCalendars(estate),
    facts: {
      run: (id) => runs.find(({ runId }) => runId === id) ?? null,
      runsInto: ({ name }, entity) =>
        runs.filter(({ targets }) => targets.some((t) => t.name === name && t.entity === entity)),
      periodStatuses: () => [],
      watermark: () => null,
      totals: () => [],
    },
    graph: planGraph(declaredEdges(estate)),
    declared: planGraph(declaredEdges(estate)),
    now: NOW,
    signoffs: [],
    freezes: [],
    drivable: new Map([["plan", { trigger: true, rerun: true }]]),
    vendorKeys: new Map(),
    runbooks: new Map(),
    ...over,
  };
}

const wish = (over: Partial<Wish>): Wish => ({
  ...RequestBody.parse({ reason: "test", flow: "actuals" }),
  ...{ entities: ["DE01", "DE02"], periods: ["2026-10"] },
  ...over,
});
const FAILED = { state: "FAILED" } as const;

describe("a plan", () => {
  test("of a sync drives the first hop and follows what comes by itself, entity by entity", () => {
    const plan = makePlan(world(), wish({ act: "sync" }));
    expect(plan.steps.map(({ kind, title, after }) => [kind, title, after])).toEqual([
      ["drive", "Planning DE01 2026-10", []],
      ["drive", "Planning DE02 2026-10", []],
      ["follow", "Report 2026-10", ["s1", "s2"]],
    ]);
    expect(plan).toMatchObject({ phase: "closing", approval: { approvals: "none" }, class: "technical" });
  });

  test("of a replay takes up what failed, by its vendor's own means where its key is known", () => {
    const runs = [run("Load Actuals", "DE01", FAILED), run("Load Actuals", "DE02")];
    const known = world(runs, { vendorKeys: new Map([["Load Actuals DE01", "T1"]]) });
    expect(makePlan(known, wish({ act: "replay" })).steps).toMatchObject([
      { kind: "rerun", vendorRunKey: "T1", fromFailure: true, twice: { prevented: "vendor-key" } },
    ]);
    expect(makePlan(world(runs), wish({ act: "replay" })).steps).toMatchObject([{ kind: "drive", entity: "DE01" }]);
    expect(makePlan(world(runs), wish({ act: "replay", only: "affected" })).steps.map(({ kind }) => kind)).toEqual([
      "drive",
      "follow",
    ]);
    expect(makePlan(world(runs), wish({ act: "replay" })).approval).toMatchObject({ approvals: "one" });
  });

  test("adopts a run under way instead of starting another", () => {
    const moving = run("Load Actuals", "DE01", { state: "RUNNING", endedAt: null });
    const [step] = makePlan(world([moving]), wish({ act: "sync", dataset: "actuals", entities: ["DE01"] })).steps;
    expect(step).toMatchObject({ underWay: moving.runId, twice: { prevented: "adopted-run" } });
  });

  test.each([
    ["nothing posted before", [], false, "run-ledger", []],
    ["posted before, with a way back", [run("Post", "DE01")], true, "reversal", ["reversal"]],
    ["posted before, without one", [run("Post", "DE01")], false, "nothing", ["twice"]],
  ])("%s: a posting is never made twice", (_what, runs, reverse, prevented, findings) => {
    const estate = posting(reverse);
    const plan = makePlan(world(runs, { estate }), wish({ act: "sync", dataset: "shown", entities: ["DE01"] }));
    expect(plan.steps.find(({ kind }) => kind === "drive")?.twice?.prevented).toBe(prevented);
    expect(plan.findings.map(({ kind }) => kind).filter((kind) => kind === "twice" || kind === "reversal")).toEqual(
      findings,
    );
    expect(plan.steps.map(({ kind }) => kind)).toEqual(reverse ? ["reverse", "drive"] : ["drive"]);
  });

  test.each([
    ["a window that matches nothing", { act: "replay" as const }, "nothing", "stop"],
    [
      "a window of everything",
      { act: "replay" as const, flow: undefined, only: "all" as const, entities: ["DE01", "DE02", "US01"] },
      "everything",
      "warn",
    ],
    ["a run nobody declared", { act: "replay" as const, runs: ["mars"] }, "not-drivable", "stop"],
    ["a hop without a way", { act: "sync" as const, dataset: "shown" }, "not-drivable", "stop"],
  ])("%s is told", (_what, over, kind, weight) => {
    expect(makePlan(world(), wish(over)).findings).toContainEqual(expect.objectContaining({ kind, weight }));
  });

  test("everything at once needs somebody to agree", () => {
    const all = wish({ act: "replay", only: "all", entities: ["DE01", "DE02", "US01"] });
    delete all.flow;
    const policies = [{ id: "free", approvals: "none" as const, expiresHours: 1 }];
    const estate = { ...PLANNING_ESTATE, approvals: policies };
    expect(makePlan(world([], { estate }), all).approval).toMatchObject({ approvals: "one", policy: "everything" });
  });

  test("binds what would be done, not what moves by itself", () => {
    const sync = wish({ act: "sync" });
    const { digest } = makePlan(world(), sync);
    const moving = run("Load Actuals", "DE01", { state: "RUNNING", endedAt: null });
    expect(makePlan(world([moving], { now: new Date(NOW.getTime() + 60_000) }), sync).digest).toBe(digest);
    const signed = { entity: "DE01", period: "2026-10", title: "Signed off", state: "certified", close: "soft" };
    expect(makePlan(world([], { signoffs: [signed as never] }), sync).digest).not.toBe(digest);
    expect(makePlan(world(), wish({ act: "sync", entities: ["DE01"] })).digest).not.toBe(digest);
  });

  test("of a runbook is its steps one after the other, and asks for the strictest of their approvals", () => {
    const text = "# B\n\n1. Look.\n2. Again. `do: replay only=all`\n3. Ties? `do: confirm`\n";
    const runbooks = new Map([["b", parseRunbook("b", "B", text)]]);
    const plan = makePlan(world([], { runbooks }), wish({ act: "runbook", runbook: "b", entities: ["DE01"] }));
    expect(plan.steps.map(({ kind, after }) => [kind, after])).toEqual([
      ["confirm", []],
      ["drive", ["s1"]],
      ["follow", ["s2"]],
      ["confirm", ["s3"]],
    ]);
    expect(plan.approval.approvals).toBe("one");
  });

  test("is held by a freeze in force, and by none that has ended", () => {
    const freeze = {
      ...{ id: "f", kind: "emergency" as const, title: "Freeze", scope: "flow" as const, flows: ["actuals"], acts: [] },
      ...{ reason: "wrong version", by: "Maren Vogt", fromAt: "2026-11-04T09:00:00.000Z", untilAt: null },
    };
    const kinds = (untilAt: string | null) =>
      makePlan(world([], { freezes: [{ ...freeze, untilAt }] }), wish({ act: "sync" })).findings.map(
        ({ kind }) => kind,
      );
    expect(kinds(null)).toContain("freeze");
    expect(kinds("2026-11-04T09:30:00.000Z")).not.toContain("freeze");
  });
});

describe("order along the lineage", () => {
  const item = (node: string, entity: string | null = null) => ({
    key: `${node} ${entity}`,
    node,
    entity,
    period: "p",
  });
  const edges = (...pairs: [string, string][]) =>
    planGraph(pairs.map(([origin, destination]) => ({ origin, destination })));

  test("names a circle of loads that wait for each other, and bears one no two loads are part of", () => {
    const circle = edges(["a", "b"], ["b", "a"]);
    expect(orderLoads(circle, [item("a"), item("b")]).cycle?.toSorted()).toEqual(["a", "b"]);
    expect(orderLoads(circle, [item("a")])).toEqual({ sequence: [{ key: "a null", after: [] }], cycle: null });
  });

  test("every load comes after all planned loads upstream of it, through whatever lies between", () => {
    const node = fc.integer({ min: 0, max: 9 });
    const forward = fc.array(
      fc.tuple(node, node).filter(([a, b]) => a < b),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(forward, fc.uniqueArray(node, { minLength: 1 }), (pairs, planned) => {
        const graph = edges(...pairs.map(([a, b]) => [`n${a}`, `n${b}`] as [string, string]));
        const { sequence } = orderLoads(
          graph,
          planned.map((each) => item(`n${each}`)),
        );
        const place = new Map(sequence.map(({ key }, at) => [key, at]));
        const reach = (from: string, seen = new Set<string>()): Set<string> => {
          for (const next of graph.outOf(from)) if (!seen.has(next)) reach(next, seen.add(next));
          return seen;
        };
        for (const each of planned) {
          for (const later of planned) {
            if (reach(`n${each}`).has(`n${later}`))
              expect(place.get(`n${each} null`)!).toBeLessThan(place.get(`n${later} null`)!);
          }
        }
        for (const [at, { after }] of sequence.entries())
          for (const key of after) expect(place.get(key)!).toBeLessThan(at);
      }),
    );
  });
});
