import * as z from "zod";
import { QuarantineItem } from "../../../schemas/wire/quarantine-item.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

const ItemRow = z.object({
  id: z.string(),
  receivedAt: z.string(),
  door: z.string(),
  source: z.string(),
  contentType: z.string(),
  form: QuarantineItem.shape.form,
  reason: z.string(),
  path: z.string(),
  sizeBytes: CountColumn,
  state: QuarantineItem.shape.state,
  resolvedAt: z.string(),
  resolvedBy: z.string(),
  resolution: z.string(),
  eventId: z.string(),
});

/** Items without their bodies, each as its latest arrival came. Arrived again after its resolution, one is open again. */
export const ITEMS = `
  SELECT
    arrived.id AS id, receivedAt, door, source, contentType, form, reason, path, sizeBytes,
    if(decided.resolvedAt >= receivedAt, decided.state, 'open') AS state,
    decided.resolvedAt AS resolvedAt, resolvedBy, resolution, eventId
  FROM (
    SELECT
      id, max(received_at) AS receivedAt, argMax(quarantine.door, received_at) AS door,
      argMax(quarantine.source, received_at) AS source, argMax(content_type, received_at) AS contentType,
      any(quarantine.form) AS form, argMax(quarantine.reason, received_at) AS reason,
      argMax(quarantine.path, received_at) AS path, any(size_bytes) AS sizeBytes
    FROM quarantine
    GROUP BY id
  ) AS arrived
  LEFT JOIN (
    SELECT
      id, max(resolved_at) AS resolvedAt, argMax(quarantine_resolutions.state, resolved_at) AS state,
      argMax(resolved_by, resolved_at) AS resolvedBy, argMax(quarantine_resolutions.reason, resolved_at) AS resolution,
      argMax(event_id, resolved_at) AS eventId
    FROM quarantine_resolutions
    GROUP BY id
  ) AS decided ON decided.id = arrived.id`;

/** Items newest first, from `before` (received at, then id) on; of one state, or of any where it is empty. */
export const quarantinePage = defineQuestion({
  engine: "clickhouse",
  name: "quarantine.page",
  params: z.object({ state: z.string(), beforeAt: z.string(), beforeId: z.string(), limit: z.int() }),
  row: ItemRow,
  sql: `SELECT * FROM (${ITEMS})
    WHERE ({state:String} = '' OR state = {state:String})
      AND (receivedAt, id) < (parseDateTime64BestEffort({beforeAt:String}, 3), {beforeId:String})
    ORDER BY receivedAt DESC, id DESC LIMIT {limit:UInt64}`,
});

export const quarantineById = defineQuestion({
  engine: "clickhouse",
  name: "quarantine.by-id",
  params: z.object({ id: z.string() }),
  row: ItemRow,
  sql: `SELECT * FROM (${ITEMS}) WHERE id = {id:String}`,
});

/** What came in, whole. */
export const quarantineBody = defineQuestion({
  engine: "clickhouse",
  name: "quarantine.body",
  params: z.object({ id: z.string() }),
  row: z.object({ body: z.string(), attributes: z.string() }),
  sql: "SELECT body, attributes FROM quarantine WHERE id = {id:String} LIMIT 1",
});
