import * as z from "zod";

/** What the OData API of Dynamics 365 Finance answers; unknown fields pass untouched. */

export function page<S extends z.ZodType>(row: S) {
  return z.looseObject({ value: z.array(row), "@odata.nextLink": z.string().optional() });
}

/** One entity of one execution (DataManagementExecutionJobDetails). 1900-01-01 stands for no time. */
export const ExecutionDetail = z.looseObject({
  DefinitionGroupId: z.string().min(1),
  JobId: z.string().min(1),
  EntityName: z.string(),
  StagingStatus: z.string(),
  TargetStatus: z.string(),
  StagingStartDateTime: z.iso.datetime(),
  StagingEndDateTime: z.iso.datetime().optional(),
  TargetStartDateTime: z.iso.datetime().optional(),
  TargetEndDateTime: z.iso.datetime().optional(),
  StagingRecordsToBeProcessedCount: z.int().optional(),
  StagingRecordsCreatedCount: z.int().optional(),
  TargetRecordsCreatedCount: z.int().optional(),
  TargetRecordsUpdatedCount: z.int().optional(),
  ExecutionJob: z.looseObject({ Description: z.string().nullish() }).nullish(),
});
export type ExecutionDetail = z.infer<typeof ExecutionDetail>;

/** Actions answer their result as `value`: text, or JSON as text. */
export const ActionAnswer = z.looseObject({ value: z.unknown() });

/** An aggregate of the ledger. RecIds are 64-bit, so all numbers are read as text. */
export const Activity = z.looseObject({
  Ledger: z.string(),
  MainAccountRecId: z.string(),
  LedgerGregorianDateId: z.string(),
  AccountingCurrencyAmount: z.string(),
});
export type Activity = z.infer<typeof Activity>;

export const Row = z.record(z.string(), z.unknown());

/** What GetExecutionErrors writes into its text. */
export const ExecutionErrors = z.array(z.union([z.string(), z.looseObject({ ErrorMessage: z.string().optional() })]));
