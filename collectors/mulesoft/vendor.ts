import * as z from "zod";

/** Shapes of what Anypoint Platform answers. Only what is read is required. */

export const Deployments = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      application: z.looseObject({ status: z.string().nullish() }).nullish(),
    }),
  ),
});

/** The version of its specification under which a deployment logs. */
export const Deployment = z.looseObject({
  id: z.string(),
  desiredVersion: z.string().nullish(),
  lastSuccessfulVersion: z.string().nullish(),
});

export const LogLine = z.looseObject({
  /** Milliseconds, or ISO 8601. */
  timestamp: z.union([z.number(), z.string()]),
  message: z.string().default(""),
});
export type LogLine = z.infer<typeof LogLine>;
export const LogPage = z.union([
  z.array(LogLine),
  z.looseObject({ items: z.array(LogLine) }).transform(({ items }) => items),
]);

const Rows = z.int().min(0).nullish();

/** What a flow writes behind the marker; the convention between the estate and its apps, told in the README. */
export const RunLine = z.looseObject({
  run: z.string().min(1),
  job: z.string().min(1),
  state: z.string().min(1),
  /** When the run began, the same on each of its lines. */
  startedAt: z.string(),
  entity: z.string().nullish(),
  period: z.string().nullish(),
  correlationId: z.string().nullish(),
  snapshotAsOf: z.string().nullish(),
  rowsRead: Rows,
  rowsWritten: Rows,
  rowsRejected: Rows,
  /** Decimal text; amounts as JSON numbers lose digits. */
  totals: z
    .looseObject({
      currency: z.string().nullish(),
      count: z.coerce.string().nullish(),
      debit: z.string().nullish(),
      credit: z.string().nullish(),
      net: z.string().nullish(),
    })
    .nullish(),
  error: z.string().nullish(),
  rejections: z.array(z.looseObject({ message: z.string(), count: Rows })).nullish(),
});
export type RunLine = z.infer<typeof RunLine>;

const Samples = z.array(z.looseObject({ date: z.string(), value: z.number() })).default([]);
/** A queue's history; `messagesSent` into a dead-letter queue are messages given up. */
export const QueueHistory = z.looseObject({
  destination: z.string().nullish(),
  messages: Samples,
  messagesSent: Samples,
});
export type QueueHistory = z.infer<typeof QueueHistory>;
