import * as z from "zod";

/** What dbt answers. Source: dbt-cloud-openapi-spec v2; run-results v6. */

/** `2026-08-01 02:00:00.1+00:00`, with a space where ISO 8601 has a T. */
const Time = z.string().nullish();

export const Run = z.looseObject({
  id: z.int(),
  job_definition_id: z.int().nullish(),
  status: z.int(),
  status_humanized: z.string().nullish(),
  status_message: z.string().nullish(),
  created_at: Time,
  dequeued_at: Time,
  started_at: Time,
  finished_at: Time,
  retrying_run_id: z.int().nullish(),
  trigger: z.looseObject({ cause: z.string().nullish() }).nullish(),
  job: z.looseObject({ name: z.string().nullish() }).nullish(),
});
export type Run = z.infer<typeof Run>;

const Pagination = z.looseObject({ count: z.int(), total_count: z.int() });
export const RunPage = z.looseObject({ data: z.array(Run), extra: z.looseObject({ pagination: Pagination }) });
export const RunAnswer = z.looseObject({ data: Run });
export const JobPage = z.looseObject({
  data: z.array(z.looseObject({ id: z.int(), name: z.string() })),
  extra: z.looseObject({ pagination: Pagination }),
});

const Result = z.looseObject({
  unique_id: z.string(),
  status: z.string(),
  message: z.string().nullish(),
  failures: z.int().nullish(),
  adapter_response: z.looseObject({ rows_affected: z.union([z.int(), z.string()]).nullish() }).nullish(),
});
export type Result = z.infer<typeof Result>;

export const RunResults = z.looseObject({
  metadata: z.looseObject({
    invocation_id: z.string(),
    generated_at: z.string(),
    invocation_started_at: z.string().nullish(),
  }),
  results: z.array(Result),
  elapsed_time: z.number().nullish(),
  args: z.looseObject({ vars: z.unknown() }).partial().nullish(),
});
export type RunResults = z.infer<typeof RunResults>;

/** The error of an envelope that came with 200. */
export function errorIn(value: unknown): string | null {
  const envelope = z.looseObject({ status: z.looseObject({ is_success: z.literal(false) }) }).safeParse(value);
  if (!envelope.success) return null;
  const { user_message } = envelope.data.status;
  return typeof user_message === "string" ? user_message : "no reason was given";
}
