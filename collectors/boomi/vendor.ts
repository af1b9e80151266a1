import * as z from "zod";

/** Shapes of what the AtomSphere Platform API answers as JSON. Only what is read is required. */

/** A number, its text, or as `["Long", 40]`. */
const Long = z
  .union([z.number(), z.string(), z.tuple([z.string(), z.union([z.number(), z.string()])])])
  .transform((value) => Number(Array.isArray(value) ? value[1] : value))
  .pipe(z.int().min(0))
  .nullish();

export const ExecutionRecord = z.looseObject({
  executionId: z.string().min(1),
  executionTime: z.string(),
  /** When it ended, or was last heard of. */
  recordedDate: z.string().nullish(),
  status: z.string().min(1),
  /** exec_sched, exec_manual, retry_manual, test_manual, … */
  executionType: z.string().nullish(),
  /** The execution whose documents it runs again. */
  originalExecutionId: z.string().nullish(),
  processName: z.string().nullish(),
  processId: z.string().nullish(),
  atomId: z.string().nullish(),
  inboundDocumentCount: Long,
  inboundErrorDocumentCount: Long,
  outboundDocumentCount: Long,
  message: z.string().nullish(),
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;

const Field = z.looseObject({ name: z.string(), value: z.coerce.string().nullish() });

/** One document that passed a connector. */
export const DocumentRecord = z.looseObject({
  id: z.string().nullish(),
  /** SUCCESS or ERROR. */
  status: z.string().nullish(),
  errorMessage: z.string().nullish(),
  trackedFields: z
    .union([z.array(Field), z.looseObject({ field: z.array(Field).default([]) }).transform(({ field }) => field)])
    .nullish(),
});
export type DocumentRecord = z.infer<typeof DocumentRecord>;

/** `result` is left out where nothing is found, `queryToken` on the last page. */
const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.looseObject({
    "@type": z.literal("QueryResult"),
    result: z.array(row).default([]),
    queryToken: z.string().nullish(),
  });
export const ExecutionPage = pageOf(ExecutionRecord);
export const DocumentPage = pageOf(DocumentRecord);

export const Requested = z.looseObject({ requestId: z.string().min(1) });
/** The record behind a request, as it is or as a page of one. */
export const AsyncRecord = z.union([
  ExecutionRecord,
  z.looseObject({ result: z.array(ExecutionRecord) }).transform(({ result }) => result[0]),
]);
