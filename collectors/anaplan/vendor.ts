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

const Code = z.union([z.string(), z.number()]).transform(String).nullish();

/** A run of an integration, as CloudWorks' history has it. */
export const CloudRun = z.looseObject({
  id: z.string(),
  startDate: z.string(),
  endDate: z.string().nullish(),
  success: z.boolean().nullish(),
  /** `Success`, `Running`, `Cancelled` or what went wrong. */
  message: z.string().nullish(),
  /** 38 is success in part. */
  executionErrorCode: Code,
  triggerSource: z.string().nullish(),
});
export type CloudRun = z.infer<typeof CloudRun>;

export const IntegrationList = z.looseObject({
  ...paged,
  integrations: z
    .array(
      z.looseObject({
        integrationId: z.string(),
        name: z.string(),
        latestRun: z.looseObject({ startDate: z.string().nullish() }).nullish(),
      }),
    )
    .default([]),
});
export type Integration = z.infer<typeof IntegrationList>["integrations"][number];
export const RunHistory = z.looseObject({
  ...paged,
  history_of_runs: z.looseObject({ runs: z.array(CloudRun).default([]) }).default({ runs: [] }),
});
/** A clean run has an object here, one with errors what they are. */
export const RunErrors = z.looseObject({ runs: z.unknown().optional() });

/** An entry of the audit trail; what it is about stands somewhere in it, under names that differ by type. */
export const AuditEntry = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String),
  eventDate: z.coerce.number(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
export const AuditPage = z.looseObject({
  meta: z
    .looseObject({
      paging: z.looseObject({ currentPageSize: z.number().optional(), nextOffset: z.number().nullish() }).optional(),
    })
    .optional(),
  response: z.array(AuditEntry).default([]),
});
