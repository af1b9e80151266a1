import type { Estate } from "../../schemas/estate/estate.ts";
import type { Total } from "../../schemas/run.ts";
import type { LinkedBy, Sure, TraceRun, TraceTotals } from "../../schemas/wire/trace.ts";
import { indexOf } from "../checks/estate-index.ts";
import { exactOf, exactText } from "../reconcile/exact.ts";
import type { Subject } from "./flow-lanes.ts";
import { hopOf } from "./flow-lanes.ts";
import type { TracedEvent } from "./gather-runs.ts";
import type { RunLink } from "./link-runs.ts";
import { startOf, type TracedRun } from "./traced-run.ts";

const MEASURES = ["count", "debit", "credit", "net"] as const;

export interface Telling {
  estate: Estate;
  subject: Subject;
  links: readonly RunLink[];
  sure: ReadonlyMap<string, Sure>;
  /** Whether texts of events as they came are given. */
  raw: boolean;
  events: ReadonlyMap<string, TracedEvent[]>;
  /** Entities whose figures may be shown. */
  sees(entity: string): boolean;
}

/** A run as the trace tells it: only the figures of the entity and period traced, summed over accounts. */
export function toldRun(traced: TracedRun, telling: Telling): TraceRun {
  const { estate, subject } = telling;
  const { key, run, attempts, totals } = traced;
  const index = indexOf(estate);
  const hop = hopOf(estate, subject.flow, traced);
  const system = estate.systems.find(({ namespace }) => namespace === run.jobNamespace);
  const own = (entity: string, period: string) =>
    (subject.entity ?? entity) === entity && (subject.period ?? period) === period && telling.sees(entity);
  const shown = totals.filter(({ entity, period }) => own(entity, period));
  // The text tells every entity's figures.
  const withRaw = telling.raw && run.targets.every(({ entity }) => entity === null || telling.sees(entity));
  const byDataset = Map.groupBy(shown, ({ namespace, name }) => `${namespace}\n${name}`);
  return {
    key,
    run: { ...run, targets: run.targets.filter(({ entity }) => entity === null || telling.sees(entity)) },
    system: system?.id ?? null,
    systemTitle: system?.title ?? run.jobNamespace,
    dataset: subject.flow?.hops[hop]?.dataset ?? null,
    sure: telling.sure.get(key) ?? "possible",
    found: foundBy(traced, telling),
    durationSeconds: run.endedAt ? (Date.parse(run.endedAt) - Date.parse(startOf(traced))) / 1000 : null,
    attempts,
    totals: [...byDataset.values()].flatMap((of) => {
      const id = index.datasetNamed(of[0]!)?.id ?? of[0]!.name;
      return summedTotals(id, of);
    }),
    exceptions: run.exceptions.filter(({ entity }) => entity === undefined || telling.sees(entity)),
    heardAt: traced.receivedAt.first,
    events: (telling.events.get(key) ?? []).map((event) => ({ ...event, raw: withRaw ? event.raw : null })),
  };
}

/** Totals of one dataset summed over accounts, one for each currency. */
export function summedTotals(dataset: string, totals: readonly Total[]): TraceTotals[] {
  return [...Map.groupBy(totals, ({ currency }) => currency)].map(([currency, of]) => {
    const sums = MEASURES.map((measure) => {
      const values = of.filter((total) => total.measure === measure);
      const sum = values.reduce((all, { value }) => all + exactOf(value), 0n);
      return [measure, values.length > 0 ? exactText(sum) : null] as const;
    });
    const asOf = of.map((total) => total.asOf).reduce((latest, at) => (at > latest ? at : latest));
    return {
      dataset,
      currency,
      ...(Object.fromEntries(sums) as Record<(typeof MEASURES)[number], string | null>),
      asOf,
    };
  });
}

const WORDS: Record<LinkedBy, string> = {
  "correlation-id": "Carries the correlation ID",
  "id-in-data": "Its figures carry the correlation ID",
  "job-dependency": "Named by the run before or after it",
  "parent-run": "Part of the same run, or the run it is part of",
  "root-run": "Began under the same root run",
  causation: "Names the run before as its cause",
  "message-id": "Names the same message",
  "idempotency-key": "Has the same idempotency key",
  "external-query": "Ran the same query",
  "dataset-version": "Names the same version of the dataset between",
  "batch-name": "Names the same batch",
  "file-name": "Names the same file",
  "file-hash": "Read the file of the same content",
  snapshot: "States the same snapshot",
  "load-window": "Began next after it in time",
  "same-totals": "Reports the same totals",
};

/** How a run was found, in a sentence. */
function foundBy({ key, hows }: TracedRun, { links }: Telling): string {
  if (hows.includes("carried")) return "Carries the correlation ID.";
  if (hows.includes("in-data")) return "Its figures carry the correlation ID.";
  if (hows.includes("linked")) return "A run that carries the correlation ID names it.";
  const own = links.filter(({ from, to }) => from === key || to === key);
  const [best] = own.toSorted((one, other) => RANK[other.sure] - RANK[one.sure]);
  return best ? `${WORDS[best.by]}${best.what ? `: ${best.what}` : ""}.` : "Asked for.";
}

const RANK: Record<Sure, number> = { certain: 2, likely: 1, possible: 0 };
