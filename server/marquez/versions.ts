import { v5 as uuidv5 } from "uuid";
import { Fault } from "../fault.ts";
import { runOf } from "../facts/run-fold.ts";
import { datasetNode, jobNode, nameOf } from "../lineage/node-id.ts";
import type { LineageDeps } from "../lineage-answers/view.ts";
import {
  countThatWrote,
  lastEventOfRuns,
  runsNamed,
  runsThatWrote,
  shapesOfJob,
} from "../store/clickhouse/lineage-versions.ts";
import { entitiesNow, marquezRun } from "./entities.ts";
import { datasetFacets, eventOf, jobFacets } from "./event-facets.ts";
import { refOf, type Page } from "./lists.ts";
import type { MarquezDatasetVersion, MarquezJobVersion } from "./shapes.ts";

interface Named {
  namespace: string;
  name: string;
}

/** Combinations of inputs and outputs told of one job; older ones are left out. */
const MOST_SHAPES = 1_000;
/** Jobs that write one dataset; others are left out. */
const MOST_WRITERS = 1_000;
/** What names of job versions are drawn from. */
const JOB_VERSIONS = "b0a4bd1c-7a6e-4f0e-9a53-6d1a64c0b9de";

/**
 * The versions of a job: each combination of what its runs read and wrote is one, the one seen last first.
 * @throws {Fault} `not-found` for a job nothing is known of
 */
export async function jobVersions(
  deps: LineageDeps,
  name: Named,
  { limit, offset }: Page,
): Promise<{ versions: MarquezJobVersion[]; totalCount: number }> {
  const all = await shapes(deps, name);
  return { versions: await toldShapes(deps, name, all.slice(offset, offset + limit)), totalCount: all.length };
}

/** @throws {Fault} `not-found` */
export async function jobVersion(deps: LineageDeps, name: Named, version: string): Promise<MarquezJobVersion> {
  const [found] = await toldShapes(
    deps,
    name,
    (await shapes(deps, name)).filter((shape) => shape.version === version),
  );
  if (!found) throw new Fault("not-found", `The job ${name.name} has no version ${version}.`);
  return found;
}

async function shapes(deps: LineageDeps, name: Named) {
  refOf(entitiesNow(deps), jobNode(name), "job");
  const rows = await deps.clickhouse.ask(shapesOfJob, { ...name, most: MOST_SHAPES });
  return rows.map((row) => {
    const { inputs, outputs } = row;
    return { ...row, version: uuidv5(JSON.stringify([name.namespace, name.name, inputs, outputs]), JOB_VERSIONS) };
  });
}

async function toldShapes(deps: LineageDeps, name: Named, all: Awaited<ReturnType<typeof shapes>>) {
  const runs = all.map(({ lastRunId }) => ({ jobNamespace: name.namespace, jobName: name.name, runId: lastRunId }));
  const told = await toldRuns(deps, runs);
  return all.map(({ version, inputs, outputs, firstSeenAt, lastRunId }): MarquezJobVersion => {
    const last = told.get(keyOf({ jobNamespace: name.namespace, jobName: name.name, runId: lastRunId }));
    const id = { ...name, version };
    const { type = "BATCH", location = null, description = null, facets = {} } = jobFacets(last?.event ?? null);
    return {
      ...{ id, ...id, type, createdAt: firstSeenAt, location, description, inputs, outputs, facets },
      latestRun: last ? { ...last.run, jobVersion: id } : null,
    };
  });
}

/**
 * The versions of a dataset, newest first: every run that wrote it made one, which has the run's id.
 * @throws {Fault} `not-found` for a dataset nothing is known of
 */
export async function datasetVersions(
  deps: LineageDeps,
  name: Named,
  page: Page,
): Promise<{ versions: MarquezDatasetVersion[]; totalCount: number }> {
  const written = { ...writersOf(deps, name), ...name, runId: "" };
  const [rows, [count]] = await Promise.all([
    deps.clickhouse.ask(runsThatWrote, { ...written, ...page }),
    deps.clickhouse.ask(countThatWrote, written),
  ]);
  return { versions: await toldVersions(deps, name, rows), totalCount: count?.runs ?? 0 };
}

/** @throws {Fault} `not-found` */
export async function datasetVersion(deps: LineageDeps, name: Named, version: string): Promise<MarquezDatasetVersion> {
  const written = { ...writersOf(deps, name), ...name, runId: version };
  const rows = await deps.clickhouse.ask(runsThatWrote, { ...written, limit: 1, offset: 0 });
  const [found] = await toldVersions(deps, name, rows);
  if (!found) throw new Fault("not-found", `The dataset ${name.name} has no version ${version}.`);
  return found;
}

/** Jobs ever seen to write a dataset. */
function writersOf(deps: LineageDeps, name: Named): { namespaces: string[]; names: string[] } {
  const entities = entitiesNow(deps);
  const { ref } = refOf(entities, datasetNode(name), "dataset");
  const { index, names } = entities.view.graph;
  const jobs = new Map<string, Named>();
  for (const own of names(ref)) {
    for (const step of index.into(own)) {
      const job = index.how(step) === "io" ? nameOf(index.text(index.origin(step))) : null;
      if (job?.kind === "job") jobs.set(`${job.namespace}\n${job.name}`, job);
      if (jobs.size >= MOST_WRITERS) break;
    }
  }
  const all = [...jobs.values()];
  return { namespaces: all.map(({ namespace }) => namespace), names: all.map((job) => job.name) };
}

interface RunName {
  jobNamespace: string;
  jobName: string;
  runId: string;
}

async function toldVersions(
  deps: LineageDeps,
  name: Named,
  rows: readonly (RunName & { firstSeenAt: string })[],
): Promise<MarquezDatasetVersion[]> {
  const entities = entitiesNow(deps);
  const { ref } = refOf(entities, datasetNode(name), "dataset");
  const { type, physicalName, sourceName, description } = entities.dataset(ref);
  const told = await toldRuns(deps, rows);
  return rows.map(({ firstSeenAt, ...run }) => {
    const { runId } = run;
    const by = told.get(keyOf(run));
    const id = { ...name, version: runId };
    const { fields = [], facets = {}, lastLifecycleState = null } = datasetFacets(by?.event ?? null, name);
    return {
      ...{ id, ...id, type, physicalName, sourceName, description, createdAt: firstSeenAt, fields, tags: [], facets },
      ...{ lifecycleState: lastLifecycleState, createdByRun: by?.run ?? null },
    };
  });
}

/** Runs in Marquez's shape with the last event of each. */
async function toldRuns(deps: LineageDeps, runs: readonly RunName[]) {
  const asked = {
    namespaces: runs.map(({ jobNamespace }) => jobNamespace),
    names: runs.map(({ jobName }) => jobName),
    runIds: runs.map(({ runId }) => runId),
  };
  const [folds, events] = await Promise.all([
    deps.clickhouse.ask(runsNamed, asked),
    deps.clickhouse.ask(lastEventOfRuns, asked),
  ]);
  const raw = new Map(events.map((event) => [keyOf(event), event.raw]));
  return new Map(
    folds.map((fold) => [keyOf(fold), { run: marquezRun(runOf(fold, [])), event: eventOf(raw.get(keyOf(fold))) }]),
  );
}

function keyOf({ jobNamespace, jobName, runId }: RunName): string {
  return [jobNamespace, jobName, runId].join("\n");
}
