import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { parseCsv } from "../csv.ts";
import type { AnaplanSettings } from "./settings.ts";
import { anaplanToken } from "./token.ts";
import {
  ChunkList,
  ItemList,
  ProcessList,
  StartedAnswer,
  TaskAnswer,
  TaskList,
  ViewData,
  ViewMetadata,
} from "./vendor.ts";
import type { Task, TaskHead } from "./vendor.ts";

/** What is asked of one Anaplan model. Ids are Anaplan's. */
export type AnaplanClient = ReturnType<typeof createClient>;

const PROCESS_PAGE_SIZE = 1000;

export function createClient(system: SystemOf<AnaplanSettings>, tools: Tools) {
  const { settings, connection } = system;
  const { apiUrl = "", authUrl = "", user = "", password = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const door = { tools, budget, secrets: [password] };
  const authorize = anaplanToken(createHttp({ ...door, baseUrl: authUrl }), { user, password }, tools.clock);
  const http = createHttp({ ...door, baseUrl: apiUrl, authorize });
  const model = `/models/${settings.modelId}`;
  const processes = `/workspaces/${settings.workspaceId}${model}/processes`;
  const tasksOf = (processId: string) => `${processes}/${processId}/tasks`;

  return {
    /** Every process of the model the user may see. */
    async processes() {
      const found: { id: string; name: string }[] = [];
      for (let more = true; more;) {
        const page = await http.get(processes, ProcessList, {
          query: { limit: PROCESS_PAGE_SIZE, offset: found.length },
        });
        found.push(...page.processes);
        more = page.processes.length > 0 && found.length < (page.meta?.paging?.totalSize ?? 0);
      }
      return found;
    },

    /** Tasks of a process, newest first, page by page, for as long as `wanted` holds. */
    async tasks(processId: string, wanted: (task: TaskHead) => boolean): Promise<TaskHead[]> {
      const found: TaskHead[] = [];
      for (let offset = 0, more = true; more;) {
        const page = await http.get(tasksOf(processId), TaskList, {
          query: { limit: settings.taskPageSize, offset, sort: "-creationDate" },
        });
        offset += page.tasks.length;
        const kept = page.tasks.filter(wanted);
        found.push(...kept);
        const last = page.tasks.length < settings.taskPageSize || offset === page.meta?.paging?.totalSize;
        more = !last && kept.length === page.tasks.length;
      }
      return found;
    },

    async task(processId: string, taskId: string): Promise<Task> {
      const query = { includeProcessDetails: true };
      return (await http.get(`${tasksOf(processId)}/${taskId}`, TaskAnswer, { query })).task;
    },

    /** Rows a step refused, by column name. Anaplan keeps them for the latest task of a process only. */
    async dump(processId: string, taskId: string, objectId: string): Promise<Record<string, string>[]> {
      const path = `${tasksOf(processId)}/${taskId}/dumps/${objectId}/chunks`;
      const { chunks } = await http.get(path, ChunkList);
      let text = "";
      for (const { id } of chunks) {
        const headers = { accept: "application/octet-stream" };
        text += (await http.send("GET", `${path}/${id}`, { headers })).text;
      }
      return parseCsv(text);
    },

    viewMetadata: (viewId: string) => http.get(`${model}/views/${viewId}`, ViewMetadata),
    pageItems: async (viewId: string, dimensionId: string) =>
      (await http.get(`${model}/views/${viewId}/dimensions/${dimensionId}/items`, ItemList)).items,
    /** A view's cells; `pages` selects items of its page dimensions, `<dimension>:<item>`. */
    viewData: (viewId: string, pages: string[]) =>
      http.get(`${model}/views/${viewId}/data`, ViewData, {
        query: { format: "v1", pages: pages.length > 0 ? pages.join(",") : undefined },
      }),

    /** Never repeated: Anaplan knows no idempotency key. */
    start: async (processId: string) =>
      (await http.post(tasksOf(processId), StartedAnswer, { json: { localeName: "en_US" } })).task.taskId,
    cancel: async (processId: string, taskId: string) => {
      await http.send("DELETE", `${tasksOf(processId)}/${taskId}`);
    },
  };
}
