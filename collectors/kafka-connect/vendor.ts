import * as z from "zod";

/** Shapes of what a Connect worker answers. Configurations hold secrets and are never asked for. */

const Standing = z.looseObject({ state: z.string().min(1), trace: z.string().nullish() });

export const ConnectorStatus = z.looseObject({
  connector: Standing,
  tasks: z.array(z.looseObject({ ...Standing.shape, id: z.number() })).default([]),
});
export type ConnectorStatus = z.infer<typeof ConnectorStatus>;

/** `GET /connectors?expand=status`: by the connectors' names. */
export const Connectors = z.record(z.string(), z.looseObject({ status: ConnectorStatus }));

export const Offsets = z.looseObject({
  offsets: z.array(
    z.looseObject({
      partition: z.record(z.string(), z.unknown()),
      offset: z.record(z.string(), z.unknown()).nullish(),
    }),
  ),
});

const Rows = z.int().min(0).nullish();

/** What a source connector keeps of a batch: the convention between the estate and its connectors, told in the README. */
export const Batch = z.looseObject({
  partition: z.looseObject({
    batch: z.string().min(1),
    entity: z.string().nullish(),
    period: z.string().nullish(),
    correlationId: z.string().nullish(),
    snapshotAsOf: z.string().nullish(),
  }),
  offset: z.looseObject({
    state: z.string().min(1),
    startedAt: z.string(),
    endedAt: z.string().nullish(),
    rowsRead: Rows,
    rowsWritten: Rows,
    rowsRejected: Rows,
    error: z.string().nullish(),
    rejections: z.array(z.looseObject({ message: z.string(), count: Rows })).nullish(),
  }),
});
export type Batch = z.infer<typeof Batch>;
