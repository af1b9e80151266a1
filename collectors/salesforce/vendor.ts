import * as z from "zod";

/** Shapes of what Salesforce answers: Bulk API 2.0 and queries. Only what is read is required. */

const Count = z.coerce.number().nullish();

/** A bulk job; lists may leave out counts and reasons, which the job itself tells. */
export const BulkJob = z.looseObject({
  id: z.string().min(1),
  /** Open, UploadComplete, InProgress, JobComplete, Failed, Aborted. */
  state: z.string(),
  operation: z.string(),
  object: z.string().nullish(),
  externalIdFieldName: z.string().nullish(),
  createdById: z.string().nullish(),
  createdDate: z.string(),
  systemModstamp: z.string(),
  numberRecordsProcessed: Count,
  numberRecordsFailed: Count,
  errorMessage: z.string().nullish(),
});
export type BulkJob = z.infer<typeof BulkJob>;

const page = { done: z.boolean(), nextRecordsUrl: z.string().nullish() };
export const BulkList = z.looseObject({ ...page, records: z.array(BulkJob).default([]) });

export const ApexJob = z.looseObject({
  Id: z.string().min(1),
  /** Holding, Queued, Preparing, Processing, Completed, Failed, Aborted. */
  Status: z.string(),
  JobType: z.string().nullish(),
  MethodName: z.string().nullish(),
  ApexClass: z.looseObject({ Name: z.string().nullish() }).nullish(),
  JobItemsProcessed: Count,
  TotalJobItems: Count,
  NumberOfErrors: Count,
  ExtendedStatus: z.string().nullish(),
  CreatedDate: z.string(),
  CompletedDate: z.string().nullish(),
  ParentJobId: z.string().nullish(),
});
export type ApexJob = z.infer<typeof ApexJob>;

export const ApexList = z.looseObject({ ...page, records: z.array(ApexJob).default([]) });
/** Groups of an aggregate query, by alias. Read with exact numbers, so amounts are text. */
export const GroupList = z.looseObject({ ...page, records: z.array(z.record(z.string(), z.unknown())).default([]) });
/** Read with exact numbers, so `done` alone is what it is. */
export const Created = z.looseObject({ id: z.string().min(1) });

const Integer = z.coerce.number().nullish();

/** What every change event carries in front of the record's fields. */
export const ChangeEventHeader = z.looseObject({
  entityName: z.string().min(1),
  recordIds: z.array(z.string()).default([]),
  /** CREATE, UPDATE, DELETE, UNDELETE; with GAP_ before it where the record's fields are not told; GAP_OVERFLOW. */
  changeType: z.string(),
  changeOrigin: z.string().nullish(),
  transactionKey: z.string().min(1),
  sequenceNumber: Integer,
  /** Milliseconds since 1970. */
  commitTimestamp: z.coerce.number(),
  commitUser: z.string().nullish(),
  /** Bitmaps over the fields of the schema. */
  changedFields: z.array(z.string()).nullish(),
});
export type ChangeEventHeader = z.infer<typeof ChangeEventHeader>;
