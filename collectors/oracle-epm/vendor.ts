import * as z from "zod";

/** Shapes of what Oracle EPM Cloud answers. Only what is read is required. */

/** Numbers come as text here and there. */
const Code = z.coerce.number();
const Id = z.union([z.string(), z.number()]).transform(String);
const Text = z
  .string()
  .nullish()
  .transform((text) => (text && text !== "null" ? text : ""));

/** A job of the application, or of Data Integration, which also says `jobStatus`. */
export const JobStatus = z.looseObject({
  jobId: Id,
  /** -1 in progress, 0 success, 1 error, 2 cancel pending, 3 cancelled, 4 invalid parameter, 2147483647 unknown. */
  status: Code,
  jobName: z.string().optional(),
  descriptiveStatus: z.string().optional(),
  jobStatus: z.string().optional(),
  details: Text,
});
export type JobStatus = z.infer<typeof JobStatus>;

export const Applications = z.looseObject({ items: z.array(z.looseObject({ name: z.string() })).default([]) });
export const Definitions = z.looseObject({
  items: z.array(z.looseObject({ jobType: z.string(), jobName: z.string() })).default([]),
});

/** What an import did: counts for each file or dimension, and messages where they were asked for. */
export const Detail = z.looseObject({
  recordsRead: Code.optional(),
  recordsRejected: Code.optional(),
  recordsProcessed: Code.optional(),
  msgType: z.string().optional(),
  msgText: z.string().optional(),
});
export type Detail = z.infer<typeof Detail>;
export const DetailPage = z.looseObject({ items: z.array(Detail).default([]), hasMore: z.boolean().optional() });

/** A slice of a cube. Read with exact numbers, so cells are text. */
export const Grid = z.looseObject({
  columns: z.array(z.array(z.string())).default([]),
  rows: z
    .array(z.looseObject({ headers: z.array(z.string()), data: z.array(z.union([z.string(), z.null()])) }))
    .default([]),
});
export type Grid = z.infer<typeof Grid>;
