import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runIdOf } from "../../collectors/run-id.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Trace } from "../../schemas/wire/trace.ts";
import type { Actor, Context } from "../../server/context.ts";
import { Declaration } from "../../server/lines/declaration.ts";
import { handInLines } from "../../server/lines/hand-in-lines.ts";
import { SCOPES } from "../../server/people/permissions.ts";
import { searchTraces } from "../../server/trace/search-traces.ts";
import type { TraceContext } from "../../server/trace/trace-batch.ts";
import { traceDocument } from "../../server/trace/trace-document.ts";
import { traceFigure } from "../../server/trace/trace-figure.ts";
import { traceId } from "../../server/trace/trace-id.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { openPlayedTower, type PlayedTower } from "./played-tower.ts";

/** The play without the months before it. Fourteen rows of DE01 are refused by Anaplan from WD+2 13:25 on; the loads of the day bring them again. */
const OCTOBER = join(import.meta.dirname, "../../sandbox/scenarios/meridian.yaml");
const EVENING = "2026-11-03T19:30:00Z";
const NOW = { knownAt: null, raw: false };
const CELL = { report: "group-close-dashboard", entity: "DE01", period: "2026-10", ...NOW };

let tower: PlayedTower;
let opened: OpenedEngine;
let directory: string;
let ctx: TraceContext;
const auditor: Actor = {
  ...{ kind: "person", id: "a", name: "Ada", role: "auditor", entities: "all", scopes: SCOPES },
};
const french: Actor = { ...auditor, entities: ["FR01"] };

beforeAll(async () => {
  opened = await POSTGRES_ENGINES[0]!.open();
  directory = mkdtempSync(join(tmpdir(), "tieout-trace-"));
  const file = join(directory, "october.yaml");
  writeFileSync(file, readFileSync(OCTOBER, "utf8").replace(/^from: .*$/m, "from: 2026-10-31T00:00:00Z"));
  tower = await openPlayedTower("meridian", file);
  for (const time of ["02T06", "02T12", "02T19", "03T06", "03T12", "03T16"])
    await tower.stepTo(`2026-11-${time}:00:00Z`);
  await tower.stepTo(EVENING);
  const { estate, clickhouse, sandbox } = tower;
  ctx = { estate, clickhouse, postgres: opened.postgres, clock: sandbox.clock };
}, 180_000);
afterAll(async () => {
  await tower.close();
  await opened.stop();
  rmSync(directory, { recursive: true, force: true });
});

const batch = (asked = {}) => figureId().then((id) => traceId(ctx, auditor, { id, ...NOW, ...asked }));
const figureId = async () => (await traceFigure(ctx, auditor, CELL)).trace!.correlationId!;
const way = ({ lanes, runs }: Trace) =>
  lanes.map((lane) => {
    const jobs = lane.runs.map((key) => runs.find((run) => run.key === key)!.run.jobName);
    return `${lane.systemTitle} ${lane.state}: ${jobs.join(", ")}`;
  });

describe("one batch of Meridian", () => {
  it("is one story from S/4HANA to Power BI, each step saying how it is known", async () => {
    const trace = await batch();
    expect(trace).toMatchObject({ flow: "actuals-to-close", entity: "DE01", period: "2026-10", notes: [] });
    expect(way(trace)).toEqual([
      "SAP S/4HANA delivered: FI_GL_ACTUALS_EXTRACT DE01",
      "Integration Suite delivered: GL_ACTUALS_OUT DE01",
      "Anaplan delivered: Load Actuals DE01",
      "Power BI delivered: Refresh Group close dashboard",
    ]);
    expect(trace.links.map(({ by, sure, also }) => ({ by, sure, also }))).toEqual([
      { by: "job-dependency", sure: "certain", also: ["correlation-id", "snapshot"] },
      { by: "job-dependency", sure: "certain", also: ["correlation-id", "snapshot"] },
      { by: "id-in-data", sure: "certain", also: ["snapshot"] },
    ]);
    for (const run of trace.runs) {
      expect(run.durationSeconds, run.run.jobName).toBeGreaterThan(0);
      expect(run.totals, run.run.jobName).toMatchObject([
        { currency: "EUR", net: expect.stringMatching(/^\d+\.\d+$/) },
      ]);
    }
  });

  it("ties out hop by hop by its own figures, and names what was refused", async () => {
    const { line, runs } = await batch();
    expect(line!.hops.map(({ dataset, state }) => `${dataset} ${state}`)).toEqual([
      "s4-ledger tied",
      "s4-extract tied",
      "cpi-actuals tied",
      "anaplan-actuals off",
      "pbi-close carries",
    ]);
    expect(line!.hops[3]!.difference).toBe("-22231.55");
    expect(runs.flatMap(({ exceptions }) => exceptions)).toMatchObject([{ code: "unmapped-member", count: 14 }]);
  });

  it("is found by every system's own name for it", async () => {
    const { id, runs } = await batch();
    for (const { run } of runs.slice(0, 3))
      expect((await traceId(ctx, auditor, { id: run.runId, ...NOW })).correlationId).toBe(id);
    const search = await searchTraces(ctx, auditor, id.slice(0, -1));
    expect(search.found).toContainEqual(expect.objectContaining({ kind: "correlation", id, entity: "DE01" }));
  });

  it("names who asked for a run of it, who agreed, and what was started for that", async () => {
    const { id, runs } = await batch();
    const load = runs.find(({ dataset }) => dataset === "anaplan-actuals")!.run;
    const at = (minutes: number) => `'${new Date(Date.parse(load.startedAt!) + minutes * 60_000).toISOString()}'`;
    await opened.postgres.command(`
      INSERT INTO requests (id, act, title, reason, state, requested_by, requested_by_name, requested_at, changed_at,
        flow, entity, period, dataset, entities)
      VALUES ('R1', 'sync', 'Load Actuals', 'mapped now', 'completed', 'p', 'Ada', ${at(-9)}, ${at(30)},
        'actuals-to-close', 'DE01', '2026-10', 'anaplan-actuals', ARRAY['DE01']);
      INSERT INTO request_steps (request_id, step, ordinal, kind, title, parameters, after, details, state,
        idempotency_key, requested_at, changed_at, dispatched_at, ended_at, run_id, job_name, outcome)
      VALUES ('R1', 's1', 1, 'drive', 'Load', '{}', '{}', '{}', 'done', 'k', ${at(-1)}, ${at(30)}, ${at(-1)}, ${at(30)},
        '${load.runId}', 'Load Actuals DE01', NULL);
      INSERT INTO request_approvals (request_id, person_id, signer, person_name, role, on_behalf_of, decision, statement,
        digest, at)
      VALUES ('R1', 'q', 'b@x', 'Ben', 'controller', '{}', 'approve', 'go', 'd', ${at(-3)})`);
    const told = (await traceId(ctx, auditor, { id, ...NOW })).acts.map(({ who, text }) => `${who} ${text}`);
    expect(told).toEqual([
      "Ada asked: Load Actuals: “mapped now”",
      "Ben approved the request as controller: “go”",
      "Tieout started Load Actuals DE01 for the request",
      "Tieout the step was done",
    ]);
  });

  it("is told as it was known at an instant", async () => {
    const { runs } = await batch();
    const [extract, message] = runs.map(({ heardAt }) => heardAt).toSorted();
    const between = extract === message ? extract! : new Date(Date.parse(message!) - 1).toISOString();
    const then = await batch({ knownAt: between });
    expect(then.runs.length).toBeLessThanOrEqual(runs.length);
    for (const { events } of then.runs) for (const { receivedAt } of events) expect(receivedAt <= between).toBe(true);
    await expect(batch({ knownAt: "2026-10-01T00:00:00.000Z" })).rejects.toThrow("Nothing is known");
  });

  it("shows texts as they came only to those who may see them", async () => {
    const texts = ({ runs }: Trace) => runs.flatMap(({ events }) => events.map(({ raw }) => raw));
    const id = await figureId();
    expect(
      texts(await traceId(ctx, auditor, { id, knownAt: null, raw: true })).every((raw) => raw?.startsWith("{")),
    ).toBe(true);
    const controller = { ...auditor, scopes: SCOPES.filter((scope) => scope !== "run:raw") };
    expect(texts(await traceId(ctx, controller, { id, knownAt: null, raw: true })).every((raw) => raw === null)).toBe(
      true,
    );
  });

  it("is nobody's business outside its entity", async () => {
    const id = await figureId();
    await expect(traceId(ctx, french, { id, ...NOW })).rejects.toThrow("Nothing is known");
    await expect(traceFigure(ctx, french, CELL)).rejects.toThrow("no entity DE01");
    expect(JSON.stringify(await searchTraces(ctx, french, id))).not.toContain('"DE01"');
  });
});

describe("a figure", () => {
  it("rests on a version of every dataset behind it, each with its reason", async () => {
    const figure = await traceFigure(ctx, auditor, CELL);
    expect(figure).toMatchObject({ amount: expect.stringMatching(/^\d/), currency: "EUR" });
    const [ledger, ...hops] = figure.steps;
    expect(ledger).toMatchObject({ dataset: "s4-ledger", sure: "likely", version: { runId: null } });
    const id = figure.trace!.correlationId;
    expect(hops.map(({ dataset, sure, version }) => ({ dataset, sure, id: version?.correlationId }))).toEqual(
      ["s4-extract", "cpi-actuals", "anaplan-actuals", "pbi-close"].map((dataset) => ({
        dataset,
        sure: "certain",
        id,
      })),
    );
    expect(figure.steps.at(-1)!.totals!.net).toBe(figure.amount);
  });

  it("is told by account where a system reports accounts, and says where it does not", async () => {
    const figure = await traceFigure(ctx, auditor, {
      ...CELL,
      report: undefined,
      dataset: "anaplan-actuals",
      account: "640000",
    });
    expect(figure.steps.map(({ dataset, coarser }) => `${dataset} ${coarser}`)).toEqual([
      "s4-ledger false",
      "s4-extract true",
      "cpi-actuals true",
      "anaplan-actuals false",
    ]);
    const [ledger, plan] = [figure.steps[0]!, figure.steps.at(-1)!];
    expect(Number(ledger.totals!.net) - Number(plan.totals!.net)).toBeGreaterThan(0);
    expect(figure.notes.join(" ")).toContain("Account 640000 is told apart only where");
  });
});

it("a document that was refused is followed to the reports that lack it", async () => {
  const { runs } = await batch();
  const [document] = runs.flatMap(({ exceptions }) => exceptions)[0]!.documentRef!.split(", ");
  const told = await traceDocument(ctx, auditor, { document: document!, knownAt: null });
  const state = (dataset: string) => told.places.find((place) => place.dataset === dataset)?.state;
  expect(state("anaplan-actuals")).toBe("refused");
  expect(told.reports).toMatchObject([{ report: "group-close-dashboard", state: "absent" }]);
  await expect(traceDocument(ctx, french, { document: document!, knownAt: null })).rejects.toThrow(
    "No line and no run",
  );
});

it("lines lead from a figure to its documents, and from a document to the reports", async () => {
  const declaration = Declaration.parse({
    ...{ dataset: "s4-extract", entity: "DE01", period: "2026-10", runId: "an extract by hand", format: "csv" },
    layout: {
      key: { document: "BELNR", line: "DOCLN" },
      amount: "HSL",
      currency: "RHCUR",
      dimensions: { account: "RACCT" },
    },
  });
  const csv = [
    "BELNR,DOCLN,RACCT,RHCUR,HSL",
    "1900,1,640000,EUR,10.50",
    "1900,2,650000,EUR,-3.25",
    "1901,1,640000,EUR,7",
    "",
  ];
  const whole = { ...ctx, linesDirectory: directory, log: pino({ level: "silent" }) } as unknown as Context;
  const source = Readable.from([csv.join("\n")], { objectMode: false });
  const { extract } = await handInLines(whole, auditor, declaration, { source, gzip: false });
  expect(extract).toMatchObject({ state: "loaded", rows: 3 });

  const figure = await traceFigure(ctx, auditor, { ...CELL, account: "640000" });
  expect(figure.lines.map(({ key, amount }) => `${key.document} ${key.line} ${amount}`)).toEqual([
    "1900 1 10.5",
    "1901 1 7",
  ]);
  const told = await traceDocument(ctx, auditor, { document: "1900", knownAt: null });
  expect(told.searched).toEqual({ extracts: 1, lines: 3 });
  expect(told.lines.map(({ dimensions }) => dimensions.account)).toEqual(["640000", "650000"]);
  expect(told.places.map(({ dataset, state }) => `${dataset} ${state}`)).toEqual([
    "s4-ledger implied",
    "s4-extract present",
    "cpi-actuals implied",
    "anaplan-actuals implied",
    "pbi-close implied",
  ]);
  expect((await searchTraces(ctx, auditor, "1901")).found).toMatchObject([{ kind: "document", id: "1901" }]);
  const before = { document: "1900", knownAt: "2026-11-03T12:00:00.000Z" };
  await expect(traceDocument(ctx, auditor, before)).rejects.toThrow("No line and no run");
  await expect(traceDocument(ctx, french, { document: "1900", knownAt: null })).rejects.toThrow("No line and no run");
});

it("systems that share no ID are tied by what both name, and by time where nothing else is", async () => {
  const place = { entity: "FR02", period: "2026-12", ledger: "0L", version: "actual" };
  const at = (time: string) => `2026-11-03T${time}:00.000Z`;
  const run = (
    namespace: string,
    name: string,
    dataset: string,
    [from, to]: [string, string],
    more: object,
  ): RunEvent[] =>
    (["START", "COMPLETE"] as const).map((eventType) => ({
      ...{ eventType, eventTime: at(eventType === "START" ? from : to), producer: "test" },
      job: { namespace, name },
      run: { runId: runIdOf(namespace, `${name} ${from}`), facets: more as never },
      inputs: [{ namespace: "s4://meridian-prd", name: "GL_ACTUALS_EXTRACT" }].filter(
        () => dataset === "GL_ACTUALS_OUT",
      ),
      outputs: [
        {
          ...{ namespace, name: dataset },
          facets: {
            tieout_position: { positions: [place] },
            ...(eventType === "COMPLETE" && {
              tieout_controlTotals: {
                asOf: at(to),
                totals: [{ ...place, account: "", currency: "EUR", measure: "count", value: "3" }],
              },
            }),
          },
        },
      ],
    }));
  const file = { tieout_names: { files: [{ name: "gl-fr02.csv" }] } };
  const s4 = "s4://meridian-prd";
  await tower.ingest.acceptEvents(
    [
      ...run(s4, "Export FR02", "GL_ACTUALS_EXTRACT", ["08:00", "08:05"], file),
      ...run("cpi://meridian-prd", "Pick up FR02", "GL_ACTUALS_OUT", ["08:10", "08:12"], file),
      ...run(s4, "Export again", "GL_ACTUALS_EXTRACT", ["09:00", "09:05"], {}),
      ...run("cpi://meridian-prd", "Pick up again", "GL_ACTUALS_OUT", ["09:10", "09:12"], {}),
    ],
    "test",
  );
  const trace = await traceId(ctx, auditor, { id: "gl-fr02.csv", ...NOW });
  expect(trace.links).toMatchObject([{ by: "file-name", sure: "likely", what: "gl-fr02.csv" }]);
  expect(trace.lanes.map(({ gap }) => gap).slice(2)).toEqual([
    "No run of Anaplan was seen for this batch since Integration Suite delivered.",
    "No run of Power BI was seen for this batch since Integration Suite delivered.",
  ]);
  const again = await traceId(ctx, auditor, { id: runIdOf(s4, "Export again 09:00"), ...NOW });
  expect(again.runs.map(({ run: { jobName }, sure }) => `${jobName} ${sure}`)).toEqual([
    "Export again certain",
    "Pick up again likely",
  ]);
  expect(again.links).toMatchObject([{ by: "load-window", sure: "likely" }]);
});
