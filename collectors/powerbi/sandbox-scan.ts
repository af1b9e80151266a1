import type { World } from "../sandbox.ts";
import type { PowerbiSettings } from "./settings.ts";

/** A scan takes this long of the world's time, in milliseconds. */
const TAKES = 5000;

/** The admin scanner: workspaces with their models, reports and data sources. */
export function scanner(world: World, settings: PowerbiSettings) {
  const scans = new Map<string, { workspaces: string[]; startedAt: number }>();
  const statusOf = (id: string) => {
    const scan = scans.get(id);
    if (!scan) return null;
    const status = world.now() - scan.startedAt >= TAKES ? "Succeeded" : "Running";
    return { id, createdDateTime: new Date(scan.startedAt).toISOString(), status };
  };
  return {
    start(workspaces: string[]) {
      const id = crypto.randomUUID();
      scans.set(id, { workspaces, startedAt: world.now() });
      return { ...statusOf(id), status: "NotStarted" };
    },
    status: statusOf,
    result(id: string) {
      const scan = scans.get(id);
      if (!scan || statusOf(id)?.status !== "Succeeded") return null;
      const sources = settings.lineage?.sources ?? [];
      return {
        workspaces: scan.workspaces.map((groupId) => ({
          id: groupId,
          state: "Active",
          type: "Workspace",
          datasets: modelsOf(settings, groupId).map(({ datasetId, name }) => ({
            id: datasetId,
            name,
            upstreamDatasets: [],
            datasourceUsages: sources.map((_, index) => ({ datasourceInstanceId: datasourceId(index) })),
          })),
          reports: modelsOf(settings, groupId).map(({ datasetId, name }) => ({
            id: datasetId.replace(/^./, "9"),
            name,
            datasetId,
          })),
        })),
        datasourceInstances: sources.map(({ contains }, index) => ({
          datasourceId: datasourceId(index),
          datasourceType: "Extension",
          connectionDetails: { kind: "Anaplan", path: contains },
        })),
      };
    },
  };
}

function modelsOf(settings: PowerbiSettings, groupId: string) {
  return settings.models.filter((model) => model.groupId === groupId);
}

function datasourceId(index: number): string {
  return `d0000000-0000-4000-a000-${String(index).padStart(12, "0")}`;
}
