import * as z from "zod";
import { RunException } from "../event/facets.ts";
import { Instant, PeriodKey } from "../instant.ts";
import { Run } from "../run.ts";
import { TieLine } from "./line.ts";
import { LineExtract } from "./lines.ts";

/** certain: one names the other or both carry one ID · likely: one thing alone speaks for it · possible: several would fit. */
export const Sure = z.enum(["certain", "likely", "possible"]);
export type Sure = z.infer<typeof Sure>;

/** What a link between two runs was inferred by. */
export const LinkedBy = z.enum([
  "correlation-id",
  "id-in-data",
  "job-dependency",
  "parent-run",
  "root-run",
  "causation",
  "message-id",
  "idempotency-key",
  "external-query",
  "dataset-version",
  "batch-name",
  "file-name",
  "file-hash",
  "snapshot",
  "load-window",
  "same-totals",
]);
export type LinkedBy = z.infer<typeof LinkedBy>;

export const TraceLink = z.object({
  /** Keys of runs in the trace. */
  from: z.string(),
  to: z.string(),
  by: LinkedBy,
  sure: Sure,
  /** The ID, file or snapshot both know, or what was seen, in words. */
  what: z.string(),
  /** What else says the same. */
  also: z.array(LinkedBy),
  /** From the end of one to the start of the other; negative where they overlap. */
  waitSeconds: z.number(),
});
export type TraceLink = z.infer<typeof TraceLink>;

export const TraceAttempt = z.object({
  number: z.int(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  state: z.enum(["RUNNING", "COMPLETED", "FAILED", "ABORTED"]),
});

/** What a run reported of the entity and period traced, summed over accounts; null for a measure it does not tell. */
export const TraceTotals = z.object({
  dataset: z.string(),
  currency: z.string(),
  count: z.string().nullable(),
  debit: z.string().nullable(),
  credit: z.string().nullable(),
  net: z.string().nullable(),
  asOf: Instant,
});
export type TraceTotals = z.infer<typeof TraceTotals>;

/** An event of a run; the text as it came only for those who may see it and asked for it. */
const TraceEvent = z.object({
  eventId: z.string(),
  eventTime: Instant,
  eventType: z.string(),
  receivedAt: Instant,
  source: z.string(),
  raw: z.string().nullable(),
});

/** A run on the way of a figure. */
export const TraceRun = z.object({
  /** Namespace, job and run id, which together tell it from all others. */
  key: z.string(),
  run: Run,
  /** Of the estate, where it knows them. */
  system: z.string().nullable(),
  systemTitle: z.string(),
  /** The hop of the flow it fills. */
  dataset: z.string().nullable(),
  sure: Sure,
  /** How it was found, in a sentence. */
  found: z.string(),
  durationSeconds: z.number().nullable(),
  attempts: z.array(TraceAttempt),
  totals: z.array(TraceTotals),
  exceptions: z.array(RunException),
  /** When Tieout first heard of it. */
  heardAt: Instant,
  events: z.array(TraceEvent),
});
export type TraceRun = z.infer<typeof TraceRun>;

/** One hop of the way: every run into it, and what is missing. */
export const TraceLane = z.object({
  dataset: z.string().nullable(),
  title: z.string(),
  system: z.string().nullable(),
  systemTitle: z.string(),
  /** Keys, in order of time. */
  runs: z.array(z.string()),
  state: z.enum(["delivered", "under-way", "failed", "not-seen"]),
  /** From the end of the hop before to the start of this one; negative where they overlap. */
  waitSeconds: z.number().nullable(),
  /** What was not seen, in a sentence; null where nothing is missing. */
  gap: z.string().nullable(),
});
export type TraceLane = z.infer<typeof TraceLane>;

/** What a person or a rule did about it. */
export const TraceAct = z.object({
  at: Instant,
  kind: z.enum(["request", "break", "signoff"]),
  who: z.string(),
  /** In a sentence, without who and when. */
  text: z.string(),
  /** The request, break or sign-off. */
  id: z.string(),
  /** Null where it was about several. */
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
});
export type TraceAct = z.infer<typeof TraceAct>;

/** The way of one batch through every system, as one story. */
export const Trace = z.object({
  /** What was asked for: a correlation ID, or a run's id. */
  id: z.string(),
  correlationId: z.string().nullable(),
  flow: z.string().nullable(),
  flowTitle: z.string().nullable(),
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
  version: z.string().nullable(),
  /** Only what had reached Tieout by then is told; null for now. */
  knownAt: Instant.nullable(),
  startedAt: Instant,
  /** Null while anything of it is under way. */
  endedAt: Instant.nullable(),
  durationSeconds: z.number(),
  lanes: z.array(TraceLane),
  runs: z.array(TraceRun),
  links: z.array(TraceLink),
  acts: z.array(TraceAct),
  /** The batch's figures hop by hop; null where no reconciliation follows its flow. */
  line: TieLine.nullable(),
  extracts: z.array(LineExtract),
  /** What the trace cannot say, in sentences. */
  notes: z.array(z.string()),
});
export type Trace = z.infer<typeof Trace>;

/** Where a figure stands: a report or dataset, and the cell of it. */
export const FigureCell = z.object({
  report: z.string().nullable(),
  dataset: z.string(),
  datasetTitle: z.string(),
  entity: z.string(),
  period: PeriodKey,
  version: z.string(),
  /** Empty for the whole. */
  account: z.string(),
});

/** One dataset on the way to a figure, with the version of it the figure rests on. */
export const FigureStep = z.object({
  dataset: z.string(),
  title: z.string(),
  systemTitle: z.string(),
  kind: z.enum(["source", "staging", "plan", "report"]),
  /** The report in force; null where none was made. */
  version: z
    .object({
      eventId: z.string(),
      runId: z.string().nullable(),
      reportedAt: Instant,
      receivedAt: Instant.nullable(),
      snapshotAsOf: Instant.nullable(),
      correlationId: z.string().nullable(),
    })
    .nullable(),
  /** The account's figures, or of all accounts. */
  totals: TraceTotals.nullable(),
  /** True where the dataset tells no accounts, so that its totals are of all of them. */
  coarser: z.boolean(),
  /** Lines handed in by the run behind it, or else of the latest run. */
  extracts: z.array(LineExtract),
  /** Why this version, in a sentence. */
  because: z.string(),
  sure: Sure,
});
export type FigureStep = z.infer<typeof FigureStep>;

/** A line behind a figure. */
export const TracedLine = z.object({
  dataset: z.string(),
  datasetTitle: z.string(),
  extract: z.string(),
  runId: z.string(),
  entity: z.string(),
  period: PeriodKey,
  key: z.record(z.string(), z.string()),
  amount: z.string(),
  currency: z.string(),
  dimensions: z.record(z.string(), z.string()),
});
export type TracedLine = z.infer<typeof TracedLine>;

/** A report's figure back to its documents. */
export const FigureTrace = z.object({
  cell: FigureCell,
  knownAt: Instant.nullable(),
  amount: z.string().nullable(),
  currency: z.string(),
  /** From the source to the figure. */
  steps: z.array(FigureStep),
  /** The way of the batch it rests on; null where no run stands behind it. */
  trace: Trace.nullable(),
  /** Source documents of the account, the first of them. */
  lines: z.array(TracedLine),
  moreLines: z.boolean(),
  /** Other reports that show the same figure. */
  notes: z.array(z.string()),
});
export type FigureTrace = z.infer<typeof FigureTrace>;

/** A dataset a document was looked for in. */
export const DocumentPlace = z.object({
  dataset: z.string(),
  title: z.string(),
  systemTitle: z.string(),
  kind: z.enum(["source", "staging", "plan", "report"]),
  entity: z.string(),
  period: PeriodKey,
  /** present: its lines hold it · absent: they are handed in and do not · refused: a run said it could not load it · implied: it loads what holds it and no lines say otherwise · unknown */
  state: z.enum(["present", "absent", "refused", "implied", "unknown"]),
  runId: z.string().nullable(),
  correlationId: z.string().nullable(),
  at: Instant.nullable(),
  sure: Sure,
  text: z.string(),
});
export type DocumentPlace = z.infer<typeof DocumentPlace>;

/** A document forward to every report that contains it. */
export const DocumentTrace = z.object({
  document: z.string(),
  knownAt: Instant.nullable(),
  places: z.array(DocumentPlace),
  lines: z.array(TracedLine),
  moreLines: z.boolean(),
  reports: z.array(
    z.object({ report: z.string(), title: z.string(), state: DocumentPlace.shape.state, text: z.string() }),
  ),
  /** How much was looked through. */
  searched: z.object({ extracts: z.int(), lines: z.int() }),
  notes: z.array(z.string()),
});
export type DocumentTrace = z.infer<typeof DocumentTrace>;

/** Something a search found that can be traced. */
export const TraceFound = z.object({
  kind: z.enum(["correlation", "run", "document"]),
  /** What to ask the trace for. */
  id: z.string(),
  /** By what it was found: `correlation ID`, `run of Anaplan`, `file`. */
  by: z.string(),
  title: z.string(),
  systemTitle: z.string(),
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
  state: Run.shape.state.nullable(),
  at: Instant.nullable(),
});
export type TraceFound = z.infer<typeof TraceFound>;

export const TraceSearch = z.object({ query: z.string(), found: z.array(TraceFound), more: z.boolean() });
export type TraceSearch = z.infer<typeof TraceSearch>;
