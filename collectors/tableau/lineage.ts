import { createHash } from "node:crypto";
import type { DatasetEvent } from "../../schemas/event/open-lineage.ts";
import { VendorError, type Tools } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { producerOf, signedDatasetEvent } from "../signed-event.ts";
import type { TableauClient } from "./client.ts";
import type { TableauSettings } from "./settings.ts";
import type { Content, Metadata, UpstreamTable } from "./vendor.ts";

const PRODUCER = producerOf("tableau");

/** When lineage was last asked for, and a digest of what was told. */
export interface LineageMark {
  askedAt: string;
  told: string;
}
interface Upstream {
  namespace: string;
  name: string;
}
type Sources = NonNullable<TableauSettings["lineage"]>["sources"];

/** Asks the Metadata API when its time has come; what it refuses hides no run, and what says nothing new is not told. */
export async function readLineage(
  client: TableauClient,
  system: { namespace: string; settings: TableauSettings },
  before: LineageMark | null,
  log: Tools["log"],
): Promise<{ events: DatasetEvent[]; mark: LineageMark | null }> {
  const { lineage } = system.settings;
  if (!lineage) return { events: [], mark: null };
  const every = lineage.everyMinutes * 60_000;
  const askedAt = new Date(Math.floor(client.vendorNow().getTime() / every) * every).toISOString();
  if (before && askedAt <= before.askedAt) return { events: [], mark: before };
  try {
    const events = lineageEvents(system, await client.metadata(lineage.fields), askedAt);
    const digest = createHash("sha256")
      .update(JSON.stringify(events.map(({ dataset }) => dataset)))
      .digest("hex");
    return { events: digest === before?.told ? [] : events, mark: { askedAt, told: digest } };
  } catch (error) {
    const passes = !(error instanceof VendorError) || error.recoverable || error.code === "unauthorized";
    if (passes) throw error;
    log.warn({ reason: error.message }, "lineage could not be read");
    return { events: [], mark: { askedAt, told: before?.told ?? "" } };
  }
}

/** Published data sources with their tables, and workbooks with what they show, as OpenLineage's explicit lineage. */
export function lineageEvents(
  { namespace, settings }: { namespace: string; settings: TableauSettings },
  { publishedDatasources, workbooks }: Metadata,
  at: string,
): DatasetEvent[] {
  const sources = settings.lineage?.sources ?? [];
  const filledBy = (name: string) => jobNamed(settings.jobs, `Refresh ${name}`)?.job.dataset;
  const tablesOf = ({ upstreamTables }: Content) => upstreamTables.flatMap((table) => tableName(table, sources));
  const event = (name: string, upstream: Upstream[]) =>
    signedDatasetEvent(PRODUCER, at, {
      ...{ namespace, name },
      facets: { lineage: { inputs: distinct(upstream).map((input) => ({ type: "DATASET", ...input })) } },
    });
  const byName = (one: Content, other: Content) => (one.name < other.name ? -1 : 1);
  return [
    ...publishedDatasources.toSorted(byName).map((each) => event(filledBy(each.name) ?? each.name, tablesOf(each))),
    ...workbooks.toSorted(byName).map((each) => {
      const shown = each.upstreamDatasources.map(({ name }) => ({ namespace, name: filledBy(name) ?? name }));
      // A workbook's tables are also those behind the published data sources it shows.
      return event(filledBy(each.name) ?? `Workbooks/${each.name}`, shown.length > 0 ? shown : tablesOf(each));
    }),
  ];
}

/** The estate's dataset behind a table, or the table under a name of its own. */
function tableName({ name, schema, fullName, connectionType, database }: UpstreamTable, sources: Sources): Upstream[] {
  const text = [connectionType, database?.name, schema, fullName, name].filter(Boolean).join(" ");
  const declared = sources.filter((source) => text.includes(source.contains));
  if (declared.length > 0) return declared.map((source) => ({ namespace: source.namespace, name: source.name }));
  const path = schema ? `${schema}.${name}` : (name ?? "");
  const of = fullName?.replace(/[[\]"]/g, "") || path;
  return of ? [{ namespace: `${connectionType || "table"}://${database?.name || "unknown"}`, name: of }] : [];
}

function distinct(upstream: Upstream[]): Upstream[] {
  const key = ({ namespace, name }: Upstream) => `${namespace}\n${name}`;
  return [...new Map(upstream.map((each) => [key(each), each])).values()].sort((one, other) =>
    key(one) < key(other) ? -1 : 1,
  );
}
