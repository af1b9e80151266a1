import * as z from "zod";

/** What the Enterprise Scheduler and the ledger's REST resources answer; unknown fields pass untouched. */

/** A request of the Enterprise Scheduler. A list shows less of it than asking for it alone. */
export const EssRequest = z.looseObject({
  requestId: z.coerce.number().int().positive(),
  parentRequestId: z.coerce.number().int().nullish(),
  description: z.string().nullish(),
  jobDisplayName: z.string().nullish(),
  jobDefinitionId: z.string().nullish(),
  state: z.string(),
  cause: z.string().nullish(),
  submissionTime: z.iso.datetime({ offset: true }),
  processStartTime: z.iso.datetime({ offset: true }).nullish(),
  processEndTime: z.iso.datetime({ offset: true }).nullish(),
  completedTime: z.iso.datetime({ offset: true }).nullish(),
  retriedCount: z.number().nullish(),
  errorWarningMessage: z.string().nullish(),
  errorWarningDetail: z.string().nullish(),
  requestParameters: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })).nullish(),
});
export type EssRequest = z.infer<typeof EssRequest>;

/** Whether there is more is not documented; where it is not said, a page without rows is the last. */
export const EssRequestPage = z.looseObject({ items: z.array(EssRequest), hasMore: z.boolean().optional() });

export const Submitted = z.looseObject({
  id: z.coerce.string().optional(),
  requestId: z.coerce.string().optional(),
});

/** A line of ledgerBalances; amounts are read digit for digit. */
export const Balance = z.looseObject({
  DetailAccountCombination: z.string(),
  PeriodName: z.string(),
  Currency: z.string(),
  PeriodActivity: z.string().nullable(),
});
export type Balance = z.infer<typeof Balance>;
export const BalancePage = z.looseObject({
  items: z.array(Balance),
  hasMore: z.boolean(),
  offset: z.coerce.number(),
});
