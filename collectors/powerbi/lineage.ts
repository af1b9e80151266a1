import { createHash } from "node:crypto";
import type { DatasetEvent } from "../../schemas/event/open-lineage.ts";
import type { PowerbiClient } from "./client.ts";
import { producerOf, signedDatasetEvent } from "../signed-event.ts";
import type { PowerbiSettings } from "./settings.ts";
import type { ScanResult } from "./vendor.ts";

const PRODUCER = producerOf("powerbi");

/** Where scanning stands: a scan under way, and what the last one told. Instants in epoch milliseconds. */
export interface ScanCursor {
  scanId: string | null;
  askedAt: number;
  told: string;
}
interface Upstream {
  namespace: string;
  name: string;
}

/**
 * Goes one step of the scanner's way: ask for a scan, see whether it is done, fetch it. Scans cost the tenant, so each
 * step waits for another poll, and a result that says nothing new makes no events.
 */
export async function scanOn(
  client: PowerbiClient,
  system: { namespace: string; settings: PowerbiSettings },
  cursor: ScanCursor | null,
  now: number,
): Promise<{ cursor: ScanCursor | null; events: DatasetEvent[] }> {
  const { lineage, models } = system.settings;
  if (!lineage) return { cursor: null, events: [] };
  const told = cursor?.told ?? "";
  if (!cursor?.scanId) {
    if (cursor && now - cursor.askedAt < lineage.everyMinutes * 60_000) return { cursor, events: [] };
    const { id } = await client.scan.start([...new Set(models.map(({ groupId }) => groupId))]);
    return { cursor: { scanId: id, askedAt: now, told }, events: [] };
  }
  const { status, createdDateTime } = await client.scan.status(cursor.scanId);
  if (status === "Failed") return { cursor: { ...cursor, scanId: null }, events: [] };
  if (status !== "Succeeded") return { cursor, events: [] };
  const result = await client.scan.result(cursor.scanId);
  const at = new Date(createdDateTime ?? cursor.askedAt).toISOString();
  const events = lineageEvents(system.namespace, result, lineage.sources, at);
  const digest = createHash("sha256")
    .update(JSON.stringify(events.map(({ dataset }) => dataset)))
    .digest("hex");
  return { cursor: { ...cursor, scanId: null, told: digest }, events: digest === told ? [] : events };
}

/** Each report and model with what it is fed from, as OpenLineage's explicit lineage. */
export function lineageEvents(
  namespace: string,
  scan: ScanResult,
  sources: NonNullable<PowerbiSettings["lineage"]>["sources"],
  at: string,
): DatasetEvent[] {
  const models = scan.workspaces.flatMap(({ datasets }) => datasets);
  const reports = scan.workspaces.flatMap((workspace) => workspace.reports);
  const modelName = new Map(models.map(({ id, name }) => [id, name]));
  const sourceOf = new Map(
    scan.datasourceInstances.map((instance) => [instance.datasourceId, datasourceName(instance, sources)]),
  );
  const modelOf = (id: string | undefined): Upstream[] => {
    const name = modelName.get(id ?? "");
    return name === undefined ? [] : [{ namespace, name }];
  };
  const event = (name: string, upstream: Upstream[]) =>
    signedDatasetEvent(PRODUCER, at, {
      namespace,
      name,
      facets: { lineage: { inputs: distinct(upstream).map((input) => ({ type: "DATASET", ...input })) } },
    });
  return [
    ...models.map(({ name, upstreamDatasets, datasourceUsages }) =>
      event(name, [
        ...upstreamDatasets.flatMap(({ targetDatasetId }) => modelOf(targetDatasetId)),
        ...datasourceUsages.flatMap(({ datasourceInstanceId }) => sourceOf.get(datasourceInstanceId) ?? []),
      ]),
    ),
    ...reports.map(({ name, datasetId }) => event(`Reports/${name}`, modelOf(datasetId))),
  ];
}

/** The estate's dataset behind a data source, or the source under a name of its own. */
function datasourceName(
  { datasourceType, connectionDetails }: ScanResult["datasourceInstances"][number],
  sources: NonNullable<PowerbiSettings["lineage"]>["sources"],
): Upstream[] {
  const details = Object.entries(connectionDetails).map(([key, value]) => [key, String(value)] as const);
  const text = details.map(([, value]) => value).join(" ");
  const declared = sources.filter((source) => text.includes(source.contains));
  if (declared.length > 0) return declared.map(({ namespace, name }) => ({ namespace, name }));
  const of = (...keys: string[]) => details.find(([key]) => keys.includes(key))?.[1];
  const host = of("server", "url", "domain", "account") ?? "unknown";
  return [{ namespace: `${datasourceType.toLowerCase()}://${host}`, name: of("database", "path", "kind") ?? text }];
}

function distinct(upstream: Upstream[]): Upstream[] {
  return [...new Map(upstream.map((each) => [`${each.namespace}\n${each.name}`, each])).values()].sort((a, b) =>
    `${a.namespace}\n${a.name}`.localeCompare(`${b.namespace}\n${b.name}`),
  );
}
