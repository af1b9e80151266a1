import * as z from "zod";
import { Measure } from "../../../schemas/event/facets.ts";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";

/** Stands for no instant in a column that cannot be null. */
const ZERO = "1970-01-01T00:00:00.000Z";

/** Watermarks stated since an instant, with the event that states each. */
export const watermarksSince = defineQuestion({
  engine: "clickhouse",
  name: "watermark.since",
  params: z.object({ since: Instant }),
  row: z
    .object({
      namespace: z.string(),
      name: z.string(),
      entity: z.string(),
      ledger: z.string(),
      period: z.string(),
      version: z.string(),
      stated: z.object({
        at: z.string(),
        rank: z.number(),
        complete_through: z.string(),
        snapshot_as_of: z.string(),
        run_id: z.string(),
      }),
    })
    .transform(({ stated, ...slot }) => ({
      rank: stated.rank,
      watermark: {
        ...slot,
        completeThrough: stated.complete_through,
        snapshotAsOf: stated.snapshot_as_of === ZERO ? null : stated.snapshot_as_of,
        eventAt: stated.at,
        runId: stated.run_id,
      },
    })),
  sql: `SELECT namespace, name, entity, ledger, period, version, max(watermark) AS stated
    FROM watermarks
    GROUP BY namespace, name, entity, ledger, period, version
    HAVING stated.1 >= parseDateTime64BestEffort({since:String}, 3)`,
});

export const TotalRow = z.object({
  namespace: z.string(),
  name: z.string(),
  entity: z.string(),
  ledger: z.string(),
  period: z.string(),
  version: z.string(),
  account: z.string(),
  currency: z.string(),
  measure: Measure,
  value: z.string(),
  asOf: z.string(),
  runId: z.string(),
  correlationId: z.string().transform((id) => id || null),
});

const TOTAL = `namespace, name, entity, ledger, period, version, account, currency, measure,
  toString(any(control_totals.value)) AS value, any(as_of) AS asOf, any(run_id) AS runId, any(correlation_id) AS correlationId`;
const GRAIN = "namespace, name, entity, ledger, period, version, account, currency, measure";

/**
 * The reports of the latest instant on each dataset, entity, period and version that was spoken of since an instant; more than
 * one where several speak of that instant. Only columns of the key are read whole.
 */
export const latestTotalsSince = defineQuestion({
  engine: "clickhouse",
  name: "total.latest-since",
  params: z.object({ since: Instant }),
  row: TotalRow.extend({ at: z.string(), rank: z.number(), eventId: z.string() }),
  sql: `SELECT ${TOTAL}, any(event_time) AS at, any(control_totals.rank) AS rank, event_id AS eventId
    FROM control_totals
    WHERE (namespace, name, entity, period, version, event_time) IN (
      SELECT namespace, name, entity, period, version, max(event_time) FROM control_totals
      GROUP BY namespace, name, entity, period, version
      HAVING max(event_time) >= parseDateTime64BestEffort({since:String}, 3)
      SETTINGS optimize_aggregation_in_order = 1
    )
    GROUP BY ${GRAIN}, event_id`,
});

/** Every control total a run reported, latest report first. */
export const totalsOfRun = defineQuestion({
  engine: "clickhouse",
  name: "total.of-run",
  params: z.object({ runId: z.string() }),
  row: TotalRow,
  sql: `SELECT ${TOTAL} FROM control_totals WHERE run_id = {runId:String}
    GROUP BY ${GRAIN}, event_time, event_id
    ORDER BY event_time DESC, namespace, name, entity, period, account, currency, measure LIMIT 5000`,
});
