import * as z from "zod";

/** Shapes of what Workato's Developer API answers. Only what is read is required. */

const Id = z.union([z.number(), z.string()]).transform(String);

export const Recipe = z.looseObject({
  id: Id,
  name: z.string(),
  running: z.boolean().nullish(),
  job_succeeded_count: z.number().nullish(),
  job_failed_count: z.number().nullish(),
  last_run_at: z.string().nullish(),
});
export type Recipe = z.infer<typeof Recipe>;
export const RecipePage = z.looseObject({ items: z.array(Recipe) });

export const Job = z.looseObject({
  /** The job's handle: `j-AD9bJn99-hsCXcs`. */
  id: z.string().min(1),
  /** pending, succeeded, failed; left out by older answers. */
  status: z.string().nullish(),
  title: z.string().nullish(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
  is_error: z.boolean().nullish(),
  /** The trigger could not look for something to do. */
  is_poll_error: z.boolean().nullish(),
  error: z.string().nullish(),
  /** The first of the jobs that were run again on the same trigger data; its own where it is the first. */
  master_job_handle: z.string().nullish(),
  is_test: z.boolean().nullish(),
  is_test_case_job: z.boolean().nullish(),
});
export type Job = z.infer<typeof Job>;
export const JobPage = z.looseObject({ items: z.array(Job) });
