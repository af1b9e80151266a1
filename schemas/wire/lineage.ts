import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";
import { Role } from "../estate/role.ts";
import { Deadline } from "./board.ts";
import { FreshnessState } from "./flow-strip.ts";
import { RunState } from "../run.ts";
import { SignoffState } from "./signoff.ts";

/** `dataset:<namespace>:<name>`, `job:<namespace>:<name>` or `report:<estate>:<id>`; colons in a name as `%3A`. */
export const NodeId = z.string();

/** What was in effect at one time, as far as it was known at another. */
export const LineageAsOf = z.object({
  effectiveAt: Instant,
  knownAt: Instant,
  /** When the version of the estate was loaded whose declarations count. */
  declaredSince: Instant,
});
export type LineageAsOf = z.infer<typeof LineageAsOf>;

export const LineageNode = z.object({
  id: NodeId,
  kind: z.enum(["dataset", "job", "report"]),
  namespace: z.string(),
  name: z.string(),
  title: z.string(),
  /** The estate's system, dataset and report, where it declares them. */
  system: z.string().nullable(),
  systemTitle: z.string(),
  dataset: z.string().nullable(),
  datasetKind: z.enum(["source", "staging", "plan", "report"]).nullable(),
  report: z.string().nullable(),
  owner: Role.nullable(),
  /** The flow and hop a job belongs to, and the entities it serves; empty where none are declared. */
  flow: z.string().nullable(),
  hop: z.string().nullable(),
  entities: z.array(z.string()),
  /** Steps from the focus; below zero upstream. Null without a focus. */
  distance: z.int().nullable(),
  declared: z.boolean(),
  observed: z.boolean(),
  /** Other names it goes by. */
  alsoKnownAs: z.array(NodeId),
  droppedAt: Instant.nullable(),
  /** The worst state of its data in the period asked for; null in the past and where no flow fills it. */
  freshness: z
    .object({ state: FreshnessState, entities: z.array(z.string()), completeThrough: Instant.nullable() })
    .nullable(),
});
export type LineageNode = z.infer<typeof LineageNode>;

/** tied: control totals agree; off: they first differ here; carries: they differ because they did before; flight: on its way. */
export const TieState = z.enum(["tied", "off", "carries", "flight", "unknown"]);
export type TieState = z.infer<typeof TieState>;

/** One check that speaks for an edge. */
export const EdgeTie = z.object({
  rule: z.string(),
  entity: z.string(),
  state: TieState,
  resultId: z.string(),
  checkedAt: Instant,
});
export type EdgeTie = z.infer<typeof EdgeTie>;

export const LineageEdge = z.object({
  origin: NodeId,
  destination: NodeId,
  /** Stated by the estate, seen in events, or both. */
  evidence: z.enum(["declared", "observed", "both"]),
  /** io: into or out of a job; column and explicit: what feeds a dataset, told more exactly. */
  how: z.array(z.enum(["io", "column", "explicit"])),
  producers: z.array(z.string()),
  firstSeenAt: Instant.nullable(),
  lastSeenAt: Instant.nullable(),
  /** The worst of its checks, and up to 20 of them; null where no reconciliation spans it. */
  tie: z.object({ state: TieState, checks: z.array(EdgeTie), more: z.int() }).nullable(),
});
export type LineageEdge = z.infer<typeof LineageEdge>;

/** What an answer leaves out, and what nobody knows. */
export const LineageCompleteness = z.object({
  /** Nothing was cut: neither by size, nor by depth, nor because memory is full. */
  complete: z.boolean(),
  truncated: z.boolean(),
  mostNodes: z.int(),
  depth: z.int(),
  /** Nodes at the last depth from which it would go on. */
  beyondDepth: z.int(),
  /** Steps seen last before the window asked for; not drawn, and nothing behind them is hidden. */
  outsideWindow: z.int(),
  /** Steps told once that are no longer in force. */
  ended: z.int(),
  /** Datasets nothing is known to feed that are no declared system of record. At most 100 are named. */
  unknownUpstream: z.array(NodeId),
  /** Steps declared and never seen, and seen and not declared, among those answered. */
  neverObserved: z.int(),
  undeclared: z.int(),
  /** Datasets whose producers tell different origins. */
  contradictory: z.array(z.object({ dataset: NodeId, producers: z.array(z.string()) })),
  /** Steps that found no room in memory; while there are any, no answer is complete. */
  refused: z.int(),
  /** Days within which the past is not told apart more finely. */
  resolutionDays: z.int(),
});
export type LineageCompleteness = z.infer<typeof LineageCompleteness>;

/** A run of a job that is shown: what it read and wrote of the datasets shown. Told as it stands now. */
export const LineageRun = z.object({
  runId: z.string(),
  job: NodeId,
  state: RunState,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  lastEventAt: Instant,
  /** The run it is part of; it may not be shown. */
  parentRunId: z.string().nullable(),
  reads: z.array(NodeId),
  writes: z.array(NodeId),
});
export type LineageRun = z.infer<typeof LineageRun>;

/** A job that is part of another. */
export const LineageParent = z.object({ parent: NodeId, child: NodeId, firstSeenAt: Instant, lastSeenAt: Instant });
export type LineageParent = z.infer<typeof LineageParent>;

export const LineageGraph = z.object({
  asOf: LineageAsOf,
  period: PeriodKey,
  focus: z.array(NodeId),
  nodes: z.array(LineageNode),
  edges: z.array(LineageEdge),
  /** Where asked for: the newest runs of the jobs shown, and how jobs are part of each other. */
  runs: z.array(LineageRun),
  parents: z.array(LineageParent),
  completeness: LineageCompleteness,
});
export type LineageGraph = z.infer<typeof LineageGraph>;

const change = { change: z.enum(["added", "removed", "kept"]) };

/** The graph at the later of two dates with what is gone since the earlier, each part marked. */
export const LineageDifference = z.object({
  from: LineageAsOf,
  to: LineageAsOf,
  period: PeriodKey,
  focus: z.array(NodeId),
  nodes: z.array(LineageNode.extend(change)),
  edges: z.array(LineageEdge.extend(change)),
  added: z.int(),
  removed: z.int(),
  completeness: LineageCompleteness,
});
export type LineageDifference = z.infer<typeof LineageDifference>;

const Dependant = z.object({ id: NodeId, distance: z.int() });

/** If this fails, these reports, deadlines and sign-offs. */
export const LineageImpact = z.object({
  asOf: LineageAsOf,
  period: PeriodKey,
  node: LineageNode,
  /** Entities concerned: all in scope, or those the job serves. */
  entities: z.array(z.string()),
  /** Everything downstream, nearest first. */
  dependants: z.array(Dependant),
  counts: z.object({ datasets: z.int(), jobs: z.int(), systems: z.int() }),
  datasets: z.array(z.object({ id: z.string(), title: z.string(), systemTitle: z.string() })),
  reports: z.array(z.object({ id: z.string(), title: z.string(), owner: Role })),
  /** By milestone the entities and the first deadline still ahead, or the last one where all have passed. */
  deadlines: z.array(
    z.object({
      milestone: z.string(),
      title: z.string(),
      entities: z.array(z.string()),
      deadline: Deadline,
      entity: z.string(),
      passed: z.boolean(),
    }),
  ),
  signoffs: z.array(
    z.object({ id: z.string(), entity: z.string(), milestone: z.string(), title: z.string(), state: SignoffState }),
  ),
  completeness: LineageCompleteness,
});
export type LineageImpact = z.infer<typeof LineageImpact>;

export const LineagePaths = z.object({
  asOf: LineageAsOf,
  from: NodeId,
  to: NodeId,
  /** Shortest first. */
  paths: z.array(z.array(NodeId)),
  depth: z.int(),
  truncated: z.boolean(),
});
export type LineagePaths = z.infer<typeof LineagePaths>;

/** A field, or with "" a whole dataset. */
const Field = z.object({ dataset: NodeId, field: z.string() });

export const LineageColumns = z.object({
  asOf: LineageAsOf,
  start: Field,
  fields: z.array(Field.extend({ distance: z.int() })),
  edges: z.array(
    z.object({
      origin: Field,
      destination: Field,
      /** The job that stated it; null where a dataset's own event did. */
      via: NodeId.nullable(),
      how: z.enum(["column", "explicit"]),
      transformation: z.object({ kind: z.string(), text: z.string() }).nullable(),
      lastSeenAt: Instant,
    }),
  ),
  depth: z.int(),
  truncated: z.boolean(),
});
export type LineageColumns = z.infer<typeof LineageColumns>;

/** Why a report or dataset is not as fresh as it should be: the hops furthest upstream that hold newer data back. */
export const LineageCauses = z.object({
  asOf: LineageAsOf,
  period: PeriodKey,
  node: LineageNode,
  state: z.enum(["fresh", "stale", "unknown"]),
  causes: z.array(
    z.object({
      id: NodeId,
      dataset: z.string(),
      title: z.string(),
      systemTitle: z.string(),
      state: FreshnessState,
      entities: z.array(z.string()),
      /** The first expected load that did not come through. */
      sinceAt: Instant.nullable(),
      because: z.string(),
      /** The latest run into it, and how it ended. */
      run: z
        .object({ runId: z.string(), jobName: z.string(), state: RunState, error: z.string().nullable() })
        .nullable(),
      /** From the cause to the node asked for. */
      path: z.array(NodeId),
    }),
  ),
  /** Upstream datasets nobody judges, because no flow of the estate fills them. */
  unjudged: z.int(),
});
export type LineageCauses = z.infer<typeof LineageCauses>;

const RunRow = z.object({
  runId: z.string(),
  jobNamespace: z.string(),
  jobName: z.string(),
  state: RunState,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  lastEventAt: Instant,
});

export const LineageNodeDetail = z.object({
  asOf: LineageAsOf,
  node: LineageNode,
  upstream: z.array(NodeId),
  downstream: z.array(NodeId),
  parents: z.array(NodeId),
  children: z.array(NodeId),
  firstSeenAt: Instant.nullable(),
  lastSeenAt: Instant.nullable(),
  /** Runs of the job, or into the dataset, the latest first. */
  runs: z.array(RunRow),
  drift: z.array(z.string()),
});
export type LineageNodeDetail = z.infer<typeof LineageNodeDetail>;

/** Who told of one step, and how it is declared. */
export const LineageEvidence = z.object({
  asOf: LineageAsOf,
  origin: NodeId,
  destination: NodeId,
  declared: z.object({ flow: z.string(), dataset: z.string(), since: Instant }).nullable(),
  observed: z.array(
    z.object({
      how: z.string(),
      via: NodeId.nullable(),
      producer: z.string(),
      firstSeenAt: Instant,
      /** When the first sighting became known. */
      firstKnownAt: Instant,
      lastSeenAt: Instant,
      days: z.int(),
      inForce: z.boolean(),
    }),
  ),
});
export type LineageEvidence = z.infer<typeof LineageEvidence>;

export const LineageDrift = z.object({
  asOf: LineageAsOf,
  drift: z.array(
    z.object({
      kind: z.enum(["never-observed", "undeclared"]),
      origin: NodeId,
      destination: NodeId,
      flow: z.string(),
      dataset: z.string(),
      entities: z.array(z.string()),
      sinceAt: Instant.nullable(),
      text: z.string(),
    }),
  ),
});
export type LineageDrift = z.infer<typeof LineageDrift>;

export const LineageSearch = z.object({
  results: z.array(LineageNode.pick({ id: true, kind: true, title: true, name: true, systemTitle: true })),
  total: z.int(),
});
export type LineageSearch = z.infer<typeof LineageSearch>;
