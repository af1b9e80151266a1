import type { QuarantineItem } from "../../schemas/wire/quarantine-item.ts";
import type { QuarantineRow } from "../../schemas/wire/live.ts";
import { Fault } from "../fault.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { quarantineBody, quarantineById, quarantinePage } from "../store/clickhouse/quarantine.ts";

type ItemRow = Awaited<ReturnType<typeof ask>>[number];

export interface QuarantineFilter {
  state?: QuarantineRow["state"] | undefined;
  /** Where the page before ended: its `next`. */
  before?: string | undefined;
  limit: number;
}

const NEVER_BEFORE = { beforeAt: "2299-01-01T00:00:00.000Z", beforeId: "" };

function ask(clickhouse: ClickHouse, filter: QuarantineFilter) {
  const [beforeAt, beforeId] = filter.before?.split("_") ?? [];
  const before = beforeAt && beforeId ? { beforeAt, beforeId } : NEVER_BEFORE;
  return clickhouse.ask(quarantinePage, { ...before, state: filter.state ?? "", limit: filter.limit });
}

/** Quarantined inputs newest first, without their bodies. */
export async function quarantineRows(
  clickhouse: ClickHouse,
  filter: QuarantineFilter,
): Promise<{ items: QuarantineRow[]; next: string | null }> {
  const rows = await ask(clickhouse, filter);
  const last = rows.length === filter.limit ? rows.at(-1) : null;
  return { items: rows.map(rowOf), next: last ? `${last.receivedAt}_${last.id}` : null };
}

/** One quarantined input with all that came in; the Fault `not-found` where there is none. */
export async function quarantineItem(clickhouse: ClickHouse, id: string): Promise<QuarantineItem> {
  const [[row], [content]] = await Promise.all([
    clickhouse.ask(quarantineById, { id }),
    clickhouse.ask(quarantineBody, { id }),
  ]);
  if (!row || !content) throw new Fault("not-found", "There is no such quarantined input.");
  return {
    ...rowOf(row),
    door: row.door,
    form: row.form,
    attributes: content.attributes === "" ? null : (JSON.parse(content.attributes) as Record<string, string>),
    body: content.body,
    eventId: row.state === "open" ? null : row.eventId || null,
  };
}

function rowOf(row: ItemRow): QuarantineRow {
  const resolved = row.state !== "open";
  return {
    kind: "quarantine",
    id: row.id,
    receivedAt: row.receivedAt,
    source: row.source,
    contentType: row.contentType,
    reason: row.reason,
    path: row.path,
    sizeBytes: row.sizeBytes,
    state: row.state,
    resolvedAt: resolved ? row.resolvedAt : null,
    resolvedBy: resolved ? row.resolvedBy : null,
    resolution: resolved ? row.resolution : null,
  };
}
