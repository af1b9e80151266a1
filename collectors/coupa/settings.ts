import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books, byDate } from "../placing.ts";
import { RunState } from "../seen-run.ts";

const Job = z.strictObject({ ...DeclaredJob.shape, ...books, ...byDate });
export type Job = z.infer<typeof Job>;

/** Statuses of integration runs: the words of the interface and those of Coupa's own prose. */
const STATUSES: Record<string, RunState> = {
  ...{ pending: "queued", running: "running", started: "running", paused: "paused" },
  ...{ successful: "complete", success: "complete", failed: "failed", errored: "failed" },
};

export const CoupaSettings = z.strictObject({
  /** Scopes of the client, as its screen in Coupa shows them. */
  scope: z.string().default("core.integration.read"),
  /** Integrations by their code, `{entity}` where each entity has its own. */
  jobs: z.array(Job).min(1),
  /** Reads period, entity and batch out of a run's `flow`, where whoever creates the run writes them there. */
  naming: z.string().default("(?<batch>[A-Z]+-(?<period>\\d{4}-\\d{2})-(?<entity>[A-Z0-9]+)-\\d+)"),
  statuses: z.record(z.string(), RunState).default(STATUSES),
  /** Coupa knows no stopped run: it is a failed one whose errors say so, by this regular expression. */
  stopped: z.string().default("\\b(?:cancell?ed|aborted|stopped)\\b"),
  /** Coupa forgets nothing by itself; this is how far back the first reading goes. */
  backfillDays: z.number().positive().default(60),
  overlapMinutes: z.number().positive().default(5),
  /** Rows on a page; Coupa gives no more than 50. */
  pageSize: z.int().min(1).max(50).default(50),
  /** Coupa's own limit, with a queue of 20 beyond it. */
  requestsPerSecond: z.number().positive().default(25),
  burst: z.int().positive().default(20),
});
export type CoupaSettings = z.infer<typeof CoupaSettings>;
