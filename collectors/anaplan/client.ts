import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp, type Http } from "../http.ts";
import { allRows, nextOffset, pages } from "../pages.ts";

import { parseCsv } from "../csv.ts";
import type { AnaplanSettings } from "./settings.ts";
import { anaplanToken } from "./token.ts";
import {
  AuditPage,
  ChunkList,
  IntegrationList,
  ItemList,
  ProcessList,
  RunErrors,
  RunHistory,
  StartedAnswer,
  TaskAnswer,
  TaskList,
  ViewData,
  ViewMetadata,
} from "./vendor.ts";
import type { AuditEntry, CloudRun, Integration, Task, TaskHead } from "./vendor.ts";

/** What is asked of one Anaplan model. Ids are Anaplan's. */
export type AnaplanClient = ReturnType<typeof createClient>;

const PROCESS_PAGE_SIZE = 1000;
/** Where regions have no address of their own. */
const CLOUD_WORKS = "https://api.cloudworks.anaplan.com/2/0";
const AUDIT = "https://audit.anaplan.com/audit/api/1";

export function createClient(system: SystemOf<AnaplanSettings>, tools: Tools) {
  const { settings, connection } = system;
  const { apiUrl = "", authUrl = "", user = "", password = "" } = connection;
  const { cloudWorksUrl = CLOUD_WORKS, auditUrl = AUDIT } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const door = { tools, budget, secrets: [password] };
  const authorize = anaplanToken(createHttp({ ...door, baseUrl: authUrl }), { user, password }, tools.clock);
  const http = createHttp({ ...door, baseUrl: apiUrl, authorize });
  const cloud = createHttp({ ...door, baseUrl: cloudWorksUrl, authorize });
  const trail = createHttp({ ...door, baseUrl: auditUrl, authorize });
  const model = `/models/${settings.modelId}`;
  const processes = `/workspaces/${settings.workspaceId}${model}/processes`;
  const tasksOf = (processId: string) => `${processes}/${processId}/tasks`;

  return {
    vendorNow: http.vendorNow,
    cloudWorks: cloudWorksOf(cloud, settings.cloudWorks?.pageSize ?? 100),
    /** Entries of the audit trail about data integration between two instants, epoch milliseconds. */
    audit: (from: number, to: number): Promise<AuditEntry[]> => {
      const size = settings.audit?.pageSize ?? 500;
      const query = { type: "int", dateFrom: from, dateTo: to, limit: size };
      return allRows(
        pages({
          ask: (offset) => trail.get("/events", AuditPage, { query: { ...query, offset: offset ?? 0 } }),
          rows: ({ response }) => response,
          next: ({ response, meta }, read) => meta?.paging?.nextOffset ?? (response.length < size ? null : read),
        }),
      );
    },

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
    /** A view's cells; `turned` selects items of its page dimensions, `<dimension>:<item>`. */
    viewData: (viewId: string, turned: string[]) =>
      http.get(`${model}/views/${viewId}/data`, ViewData, {
        query: { format: "v1", pages: turned.length > 0 ? turned.join(",") : undefined },
      }),

    /** Never repeated: Anaplan knows no idempotency key. */
    start: async (processId: string) =>
      (await http.post(tasksOf(processId), StartedAnswer, { json: { localeName: "en_US" } })).task.taskId,
    cancel: async (processId: string, taskId: string) => {
      await http.send("DELETE", `${tasksOf(processId)}/${taskId}`);
    },
  };
}

function cloudWorksOf(http: Http, size: number) {
  return {
    /** Every integration, with when it ran last. */
    integrations: (): Promise<Integration[]> =>
      allRows(
        pages({
          ask: (offset) => http.get("/integrations", IntegrationList, { query: { offset: offset ?? 0, limit: size } }),
          rows: ({ integrations }) => integrations,
          next: ({ integrations, meta }, read) =>
            nextOffset({ rows: integrations.length, size, read, total: meta?.paging?.totalSize ?? null }),
        }),
      ),
    /** Runs of an integration since an instant, newest first. */
    async *runs(integrationId: string, from: string): AsyncGenerator<CloudRun[]> {
      const list = pages({
        ask: (offset) =>
          http.get(`/integrations/runs/${integrationId}`, RunHistory, { query: { offset: offset ?? 0, limit: size } }),
        rows: ({ history_of_runs }) => history_of_runs.runs,
        next: ({ history_of_runs, meta }, read) =>
          nextOffset({ rows: history_of_runs.runs.length, size, read, total: meta?.paging?.totalSize ?? null }),
      });
      for await (const page of list) {
        const recent = page.filter(({ startDate }) => Date.parse(startDate) >= Date.parse(from));
        yield recent;
        if (recent.length < page.length) return;
      }
    },
    /** What went wrong in a run, in CloudWorks' words; null where it says nothing. */
    async errors(runId: string): Promise<string | null> {
      const path = `/integrations/runerror/${runId}`;
      const answer = await http.send("GET", path, { also: [404] });
      if (answer.status === 404) return null;
      const { runs } = http.read(answer, RunErrors, `GET ${path}`);
      const texts = messagesIn(runs);
      return texts.length > 0 ? [...new Set(texts)].join("; ") : null;
    },
  };
}

/** Texts under names that speak of a message or an error; their places differ by the kind of integration. */
function messagesIn(value: unknown, name = ""): string[] {
  if (typeof value === "string")
    return /message|error|text|description/i.test(name) && value.trim() ? [value.trim()] : [];
  return value && typeof value === "object"
    ? Object.entries(value).flatMap(([key, each]) => messagesIn(each, Array.isArray(value) ? name : key))
    : [];
}
