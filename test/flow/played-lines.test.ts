import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LineComparison, LineExtractPage, LinesAbsent } from "../../schemas/wire/lines.ts";
import type { DocumentTrace, FigureTrace } from "../../schemas/wire/trace.ts";
import { createApp } from "../../server/app.ts";
import type { Actor, Context } from "../../server/context.ts";
import { handInPlayed, type PlayedLines } from "../../server/hand-in-played.ts";
import { SCOPES } from "../../server/people/permissions.ts";
import type { Permit } from "../../server/people/permit.ts";
import { lineRoutes } from "../../server/routes/lines.ts";
import { traceRoutes } from "../../server/routes/trace.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { openPlayedTower, type PlayedTower } from "./played-tower.ts";

/** The play without the months before it: on the third work day Anaplan refuses fourteen rows of DE01. */
const OCTOBER = join(import.meta.dirname, "../../sandbox/scenarios/meridian.yaml");
const BEFORE = "2026-11-03T12:30:00Z";
const BROKEN = "2026-11-03T19:00:00Z";

let tower: PlayedTower;
let opened: OpenedEngine;
let directory: string;
let played: PlayedLines;
let ask: <T>(path: string) => Promise<T>;
let status: (path: string) => Promise<number>;
const auditor: Actor = {
  ...{ kind: "person", id: "a", name: "Ada", role: "auditor", entities: "all", scopes: SCOPES },
};

let who = auditor;

beforeAll(async () => {
  opened = await POSTGRES_ENGINES[0]!.open();
  directory = mkdtempSync(join(tmpdir(), "tieout-played-lines-"));
  const file = join(directory, "october.yaml");
  writeFileSync(file, readFileSync(OCTOBER, "utf8").replace(/^from: .*$/m, "from: 2026-10-31T00:00:00Z"));
  tower = await openPlayedTower("meridian", file);
  const { estate, clickhouse, sandbox, facts } = tower;
  const log = pino({ level: "silent" });
  const told = { estate, clickhouse, facts, log, postgres: opened.postgres, clock: sandbox.clock };
  const ctx = { ...told, linesDirectory: directory } as unknown as Context;
  const permit: Permit = () => async (c, next) => (c.set("actor", who), await next());
  const routes = [lineRoutes({ ctx, permit }), traceRoutes({ ctx, permit })];
  const app = createApp({ log, routes, ui: null, maxEventBytes: 1_000_000 });
  status = async (path) => (await app.request(`/api/v1${path}`)).status;
  ask = async (path) => {
    const answer = await app.request(`/api/v1${path}`);
    if (answer.status !== 200) throw new Error(await answer.text());
    return (await answer.json()) as never;
  };
  await tower.stepTo(BEFORE);
  played = handInPlayed(sandbox, ctx);
  await played.now();
  for (const time of ["15:00", "18:40"]) await tower.stepTo(`2026-11-03T${time}:00Z`);
  await tower.stepTo(BROKEN);
  await played.now();
}, 180_000);
afterAll(async () => {
  await played.stop();
  await tower.close();
  await opened.stop();
  rmSync(directory, { recursive: true, force: true });
});

const compare = (hop: string, more = "") =>
  ask<LineComparison>(`/lines/compare?rule=actuals-tie-out&hop=${hop}&entity=DE01&period=2026-10${more}`);

it("holds each file against its run's own totals, and takes it once", async () => {
  await played.now();
  const { extracts } = await ask<LineExtractPage>("/lines");
  const files = extracts.map(({ dataset, entity, runId }) => `${entity} ${dataset} ${runId}`);
  expect(new Set(files).size).toBe(files.length);
  const wanted = ["DE01", "FR02"].flatMap((entity) => [`${entity} s4-extract`, `${entity} anaplan-actuals`]);
  expect(new Set(extracts.map(({ dataset, entity }) => `${entity} ${dataset}`))).toEqual(new Set(wanted));
  for (const { state, verified, dataset } of extracts) {
    const told = ["checksum", "row count", "control totals of the run"];
    expect({ dataset, state, verified }).toEqual({ dataset, state: "loaded", verified: told });
  }
});

it("drills the break of DE01 to exactly its fourteen lines, past the message that has none", async () => {
  const { differences, count, totals, left, right, passed, how } = await compare("anaplan-actuals");
  expect([left.dataset, passed.map(({ dataset }) => dataset), right.dataset]).toEqual([
    "s4-extract",
    ["cpi-actuals"],
    "anaplan-actuals",
  ]);
  expect(left.rows - right.rows).toBe(14);
  expect(left.asOf).toBe(right.asOf);
  expect(count).toEqual({ differences: 14, matches: 0 });
  expect(totals.missing).toEqual({ lines: 14, effect: [{ currency: "EUR", amount: "-22231.55" }] });
  expect(
    differences.every(({ kind, left: line }) => kind === "missing" && line?.dimensions.cost_centre === "7710"),
  ).toBe(true);
  expect(new Set(differences.map(({ key }) => key.document)).size).toBe(4);
  expect(how.method).toBe("buckets");
  const { groups } = await compare("anaplan-actuals", "&group=cost_centre");
  expect(groups).toMatchObject([{ value: "7710", lines: 14 }]);
});

it("says which side has no lines, in a sentence", async () => {
  const absent = await ask<LinesAbsent>("/lines/compare?rule=actuals-tie-out&hop=pbi-close&entity=DE01&period=2026-10");
  expect(absent).toEqual({
    ...{ entity: "DE01", period: "2026-10" },
    absent: { dataset: "pbi-close", datasetTitle: "Group close dashboard" },
    reason: "No lines of Group close dashboard were handed in for DE01 and 2026-10.",
  });
});

it("traces a cell of the dashboard to the documents behind it", async () => {
  const figure = await ask<FigureTrace>(
    "/trace/figure?report=group-close-dashboard&entity=DE01&period=2026-10&account=400000",
  );
  const extract = figure.steps.find(({ dataset }) => dataset === "s4-extract")!;
  expect(extract.extracts).toMatchObject([{ dataset: "s4-extract", runId: extract.version!.runId }]);
  expect(figure.lines.length).toBeGreaterThan(100);
  for (const { key, dimensions } of figure.lines) {
    expect(key).toMatchObject({ company: "DE01", document: expect.stringMatching(/^19\d{8}$/) as string });
    expect(dimensions.account).toBe("400000");
  }
  expect(figure.notes.join()).not.toContain("No lines");
});

it("follows a document forward: to the dashboard, or to where it was refused", async () => {
  const { differences } = await compare("anaplan-actuals");
  const refused = differences[0]!.key.document!;
  const figure = await ask<FigureTrace>("/trace/figure?report=group-close-dashboard&entity=DE01&period=2026-10");
  const arrived = figure.lines.find(({ key }) => key.document !== refused)!.key.document!;
  const [there, not] = await Promise.all(
    [arrived, refused].map((document) => ask<DocumentTrace>(`/trace/document?document=${document}&entity=DE01`)),
  );
  const states = (trace: DocumentTrace) => trace.places.map(({ dataset, state }) => `${dataset} ${state}`);
  expect(states(there!)).toEqual([
    "s4-ledger implied",
    "s4-extract present",
    "cpi-actuals implied",
    "anaplan-actuals present",
    "pbi-close implied",
  ]);
  expect(there!.reports).toMatchObject([{ report: "group-close-dashboard", state: "implied" }]);
  expect(states(not!).slice(-2)).toEqual(["anaplan-actuals refused", "pbi-close absent"]);
  expect(not!.reports).toMatchObject([{ report: "group-close-dashboard", state: "absent" }]);
});

it("shows nothing of it to an auditor of another period", async () => {
  const { left, differences } = await compare("anaplan-actuals");
  const figure = "/trace/figure?report=group-close-dashboard&entity=DE01&period=2026-10";
  const { trace } = await ask<FigureTrace>(figure);
  const paths = [
    figure,
    `/trace/${trace!.correlationId}`,
    `/trace/document?document=${differences[0]!.key.document}`,
    `/lines/${left.extracts[0]}`,
    `/lines/compare?left=${left.extracts[0]}&right=${left.extracts[0]}`,
    "/lines/compare?rule=actuals-tie-out&hop=anaplan-actuals&entity=DE01&period=2026-10",
  ];
  const asked = async (periods: string[]) => {
    who = { ...auditor, periods };
    const statuses = await Promise.all(paths.map(status));
    who = auditor;
    return statuses;
  };
  expect(await asked(["2026-09"])).toEqual(paths.map(() => 404));
  expect(await asked(["2026-09", "2026-10"])).toEqual(paths.map(() => 200));
});
