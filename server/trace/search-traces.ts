import type { TraceFound, TraceSearch } from "../../schemas/wire/trace.ts";
import { runIdOf } from "../../collectors/run-id.ts";
import type { Actor } from "../context.ts";
import { correlationsLike, jobsOfRuns, runsNaming } from "../store/clickhouse/trace.ts";
import { lineExtracts } from "../store/clickhouse/line-extracts.ts";
import { linesNamed } from "../store/clickhouse/trace-lines.ts";
import { latestSide } from "../lines/latest-side.ts";
import { gatherRuns } from "./gather-runs.ts";
import { isVisible, type TraceContext } from "./trace-batch.ts";
import { keyOf, startOf, type RunKey, type TracedRun } from "./traced-run.ts";

const MOST_FOUND = 30;
/** IDs told of that only begin like what was asked. */
const MOST_BEGUN = 8;
/** Lines looked through in a search; beyond that a document is asked for by name. */
const MOST_SEARCHED = 5_000_000;

const NAMED_BY: Record<string, string> = {
  parent: "run it is part of",
  root: "root run",
  upstream: "run that fed it",
  downstream: "run it started",
  causation: "cause",
  idempotency: "idempotency key",
  message: "message",
  file: "file",
  "file-hash": "file’s SHA-256",
  batch: "batch",
  query: "external query",
  version: "dataset version",
  document: "document it could not load",
};

/**
 * Finds what can be traced by anything a system calls it: a correlation ID or its beginning, a run id, a vendor's own key of
 * a run, a message, a file, a batch, a document. Exact matches first.
 */
export async function searchTraces(ctx: TraceContext, actor: Actor, query: string): Promise<TraceSearch> {
  const text = query.trim();
  if (text === "") return { query, found: [], more: false };
  const { clickhouse, estate } = ctx;
  const vendorIds = new Map(estate.systems.map((system) => [runIdOf(system.namespace, text), system.title]));
  const [like, named, byId, document] = await Promise.all([
    clickhouse.ask(correlationsLike, { prefix: text, limit: MOST_BEGUN }),
    clickhouse.ask(runsNaming, { names: [text], kinds: Object.keys(NAMED_BY), most: MOST_FOUND }),
    clickhouse.ask(jobsOfRuns, { runIds: [text, ...vendorIds.keys()] }),
    documentFound(ctx, actor, text),
  ]);
  const keys = new Map<string, { key: RunKey; by: string }>();
  for (const key of byId) {
    const system = vendorIds.get(key.runId);
    keys.set(keyOf(key), { key, by: system ? `run key of ${system}` : "run ID" });
  }
  for (const { kind, name: _, ...key } of named)
    if (!keys.has(keyOf(key))) keys.set(keyOf(key), { key, by: NAMED_BY[kind] ?? kind });
  const [correlations, runs] = await Promise.all([
    correlationsFound(ctx, actor, like),
    runsFound(ctx, actor, [...keys.values()]),
  ]);
  const isDocument = document || runs.some(({ by }) => by === NAMED_BY.document);
  const documents: TraceFound[] = isDocument
    ? [{ kind: "document", id: text, by: "document", title: text, ...NOWHERE, systemTitle: "" }]
    : [];
  const found = [...correlations, ...documents, ...runs];
  return { query, found: found.slice(0, MOST_FOUND), more: found.length > MOST_FOUND };
}

const NOWHERE = { entity: null, period: null, state: null, at: null };

/** Correlations somebody may see, each told by its first run. */
async function correlationsFound(
  ctx: TraceContext,
  actor: Actor,
  like: readonly { correlationId: string; run: RunKey }[],
): Promise<TraceFound[]> {
  const runs = await foldedRuns(
    ctx,
    actor,
    like.map(({ run }) => run),
  );
  return like.flatMap(({ correlationId: id, run }): TraceFound[] => {
    const first = runs.find(({ key }) => key === keyOf(run));
    return first ? [{ ...foundRun(ctx, first, "correlation ID"), kind: "correlation", id, title: id }] : [];
  });
}

async function runsFound(ctx: TraceContext, actor: Actor, named: readonly { key: RunKey; by: string }[]) {
  const first = named.slice(0, MOST_FOUND);
  const runs = await foldedRuns(
    ctx,
    actor,
    first.map(({ key }) => key),
  );
  return runs.map((run) => foundRun(ctx, run, first.find(({ key }) => keyOf(key) === run.key)?.by ?? "run"));
}

async function foldedRuns({ clickhouse }: TraceContext, actor: Actor, keys: readonly RunKey[]): Promise<TracedRun[]> {
  if (keys.length === 0) return [];
  const { runs } = await gatherRuns(clickhouse, { correlationId: null, keys, follow: false }, null);
  return runs
    .filter(({ run }) => isVisible(actor, run.targets))
    .toSorted((one, other) => (startOf(one) < startOf(other) ? -1 : 1));
}

function foundRun({ estate }: TraceContext, traced: TracedRun, by: string): TraceFound {
  const { run, writes } = traced;
  const [first] = new Set(writes.map(({ entity, period }) => JSON.stringify({ entity, period })));
  const only = first && writes.every(({ entity, period }) => JSON.stringify({ entity, period }) === first);
  const place = only ? (JSON.parse(first) as { entity: string; period: string }) : null;
  const system = estate.systems.find(({ namespace }) => namespace === run.jobNamespace);
  return {
    ...{ kind: "run", id: run.runId, by, title: run.jobName, systemTitle: system?.title ?? run.jobNamespace },
    ...{ entity: place?.entity || null, period: place?.period || null, state: run.state, at: startOf(traced) },
  };
}

/** Whether the lines in force hold a document of that name. */
async function documentFound({ clickhouse, estate }: TraceContext, actor: Actor, document: string): Promise<boolean> {
  const all = actor.entities === "all";
  const entities = all ? [] : [...actor.entities];
  const rows = await clickhouse.ask(lineExtracts, {
    ...{ dataset: "", period: "", version: "", limit: 5_000, entities, allEntities: all },
  });
  const known = rows.filter((row) => estate.datasets.some(({ id }) => id === row.dataset));
  const slots = Map.groupBy(known, (row) => [row.dataset, row.entity, row.period, row.version].join("\n"));
  const loads: string[] = [];
  let left = MOST_SEARCHED;
  for (const side of [...slots.values()].map((of) => latestSide(of))) {
    left -= side.reduce((sum, each) => sum + each.rows, 0);
    if (left >= 0) loads.push(...side.map(({ id }) => id));
  }
  if (loads.length === 0) return false;
  return (await clickhouse.ask(linesNamed, { loads, document, limit: 1 })).length > 0;
}
