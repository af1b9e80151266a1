import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";
import { RunState } from "../seen-run.ts";

const Pattern = z.string().refine((text) => {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}, "expected a regular expression");

const Recipe = z.strictObject({
  ...DeclaredJob.shape,
  ...books,
  /** What a job's title says, with the groups `period` and, as far as it has them, `entity` and `correlation`. */
  title: Pattern.default("(?<correlation>[A-Z]+-(?<period>\\d{4}-\\d{2})-(?<entity>[A-Za-z0-9]+)-\\d+)"),
});
export type Recipe = z.infer<typeof Recipe>;

/** The grammar of `settings` for a system read by `workato`. */
export const Settings = z.strictObject({
  recipes: z.array(Recipe).min(1),
  /** Words of jobs beyond the three documented ones. */
  otherStates: z.record(z.string(), RunState).default({ cancelled: "aborted", canceled: "aborted" }),
  /** Under which key the requests to repeat and to cancel jobs name them. */
  jobsKey: z.string().min(1).default("job_ids"),
  /** How long jobs are kept; it depends on the plan. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(15),
  /** Recipes on a page. */
  pageSize: z.int().min(1).max(100).default(100),
  /** Jobs may be asked for 60 times a minute. */
  requestsPerSecond: z.number().positive().default(1),
});
export type Settings = z.infer<typeof Settings>;
