import * as z from "zod";

/** What NetSuite answers; unknown fields pass untouched. */

/** A run of a script, as the RESTlet of the README writes it. Times are ISO 8601 in UTC. */
export const ScriptRun = z.looseObject({
  taskId: z.string().min(1),
  /** The deployment's title. */
  title: z.string(),
  status: z.string().min(1),
  dateCreated: z.iso.datetime(),
  startDate: z.iso.datetime().nullish(),
  endDate: z.iso.datetime().nullish(),
  percentComplete: z.number().min(0).max(100).nullish(),
  mapReduceStage: z.string().nullish(),
  /** Script parameters of the deployment. */
  parameters: z.record(z.string(), z.string().nullable()).default({}),
  rowsRead: z.int().min(0).nullish(),
  rowsWritten: z.int().min(0).nullish(),
  rowsRejected: z.int().min(0).nullish(),
  /** What the script says went wrong, one text each. */
  errors: z.array(z.string()).default([]),
});
export type ScriptRun = z.infer<typeof ScriptRun>;

export const ScriptRunPage = z.looseObject({ items: z.array(ScriptRun), hasMore: z.boolean() });

export const Submitted = z.looseObject({ taskId: z.string().min(1) });

/** A line of the trial balance, as the query of `suiteql.ts` names its columns. */
export const BalanceRow = z.looseObject({
  subsidiary: z.string(),
  period: z.string().regex(/^\d{4}-\d{2}$/),
  account: z.string(),
  currency: z.string(),
  entries: z.string().regex(/^\d+$/),
  debit: z.string().default("0"),
  credit: z.string().default("0"),
});
export type BalanceRow = z.infer<typeof BalanceRow>;

/** An accounting period; one closing serves all subsidiaries. */
export const PeriodRow = z.looseObject({
  period: z.string().regex(/^\d{4}-\d{2}$/),
  closed: z.enum(["T", "F"]),
});
export type PeriodRow = z.infer<typeof PeriodRow>;

/** One page of SuiteQL. Numbers arrive as text, and a column without a value is left out. */
export function suiteQlPage<S extends z.ZodType>(row: S) {
  return z.looseObject({ items: z.array(row), hasMore: z.boolean(), offset: z.number() });
}
