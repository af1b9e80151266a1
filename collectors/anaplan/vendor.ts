import * as z from "zod";

/** Shapes of what Anaplan answers: Integration API 2.0 and the authentication service. Only what is read is required. */

const Paging = z.looseObject({
  offset: z.number().optional(),
  currentPageSize: z.number().optional(),
  totalSize: z.number().optional(),
});
const paged = { meta: z.looseObject({ paging: Paging.optional() }).optional() };

export const TokenAnswer = z.looseObject({
  tokenInfo: z.looseObject({
    tokenValue: z.string().min(1),
    /** Epoch milliseconds. */
    expiresAt: z.coerce.number(),
  }),
});

export const ProcessList = z.looseObject({
  ...paged,
  processes: z.array(z.looseObject({ id: z.string(), name: z.string() })).default([]),
});

/** The five states of the official documentation; another one is read as running, with the word kept. */
export const TaskHead = z.looseObject({
  taskId: z.string(),
  taskState: z.string(),
  /** Epoch milliseconds. */
  creationTime: z.coerce.number(),
});
export type TaskHead = z.infer<typeof TaskHead>;

export const TaskList = z.looseObject({ ...paged, tasks: z.array(TaskHead).default([]) });

const Detail = z.looseObject({
  type: z.string().optional(),
  localMessageText: z.string().optional(),
  occurrences: z.number().optional(),
  /** Keys and values by turns: `["successRowCount", "1200", "failedCount", "0"]`. */
  values: z.array(z.string().nullable()).default([]),
});
export type Detail = z.infer<typeof Detail>;

const step = {
  objectId: z.string().optional(),
  objectName: z.string().optional(),
  successful: z.boolean().default(false),
  failureDumpAvailable: z.boolean().default(false),
  details: z.array(Detail).default([]),
  /** Epoch milliseconds, as text; only with `includeProcessDetails`. */
  startTime: z.coerce.number().optional(),
  /** Milliseconds, as text. */
  duration: z.coerce.number().optional(),
};
export const Step = z.looseObject(step);
export type Step = z.infer<typeof Step>;

export const Task = z.looseObject({
  ...TaskHead.shape,
  currentStep: z.string().optional(),
  progress: z.number().optional(),
  result: z.looseObject({ ...step, nestedResults: z.array(Step).default([]) }).optional(),
});
export type Task = z.infer<typeof Task>;
export const TaskAnswer = z.looseObject({ task: Task });
/** A task just started is answered with its id alone. */
export const StartedAnswer = z.looseObject({ task: z.looseObject({ taskId: z.string() }) });

export const ChunkList = z.looseObject({ chunks: z.array(z.looseObject({ id: z.string() })).default([]) });

/** A saved view's cells, `format=v1`: one coordinate tuple for each column and row. */
export const ViewData = z.looseObject({
  columnCoordinates: z.array(z.array(z.string())).default([]),
  rows: z
    .array(z.looseObject({ rowCoordinates: z.array(z.string()), cells: z.array(z.string().nullable()) }))
    .default([]),
});
export type ViewData = z.infer<typeof ViewData>;

const Dimension = z.looseObject({ id: z.string(), name: z.string() });
export const ViewMetadata = z.looseObject({
  viewId: z.string().optional(),
  rows: z.array(Dimension).default([]),
  columns: z.array(Dimension).default([]),
  pages: z.array(Dimension).default([]),
});
export type ViewMetadata = z.infer<typeof ViewMetadata>;

export const ItemList = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), name: z.string(), code: z.string().nullish() })).default([]),
});
