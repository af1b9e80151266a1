import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp, type Http } from "../http.ts";
import { nextOffset, pages } from "../pages.ts";
import { openSession } from "./session.ts";
import type { Settings } from "./settings.ts";
import { LogPage, MonitorPage, Started, type LogEntry, type MonitorEntry } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** What is asked of an organisation. Its address is told by the login. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { loginUrl = "", user = "", password = "" } = connection;
  const door = { tools, budget: createBudget({ perSecond: settings.requestsPerSecond }, tools), secrets: [password] };
  const login = createHttp({ ...door, baseUrl: loginUrl });
  const authorize = openSession(login, { url: loginUrl, user, password });
  let known: { address: string; http: Http } | null = null;
  const pod = async (): Promise<Http> => {
    const address = await authorize.address();
    if (known?.address !== address) known = { address, http: createHttp({ ...door, baseUrl: address, authorize }) };
    return known.http;
  };

  return {
    vendorNow: () => (known?.http ?? login).vendorNow(),
    /** Jobs that are over, the newest first. Rows shift while new ones arrive, so pages overlap and repeat. */
    async *log(taskId?: string) {
      const http = await pod();
      const { pageSize } = settings;
      yield* pages<readonly LogEntry[], LogEntry>({
        ask: (offset) =>
          http.get("/api/v2/activity/activityLog", LogPage, {
            query: { offset: offset ?? 0, rowLimit: pageSize, taskId },
          }),
        rows: (entries) => entries,
        next: (entries, read) => nextOffset({ rows: entries.length, size: pageSize, read }),
      });
    },
    /** All jobs under way. */
    running: async (): Promise<MonitorEntry[]> => (await pod()).get("/api/v2/activity/activityMonitor", MonitorPage),
    /** The rows a job refused, as text; empty where there is no such file. */
    async errorLog(id: string): Promise<string> {
      const path = settings.errorLogPath.replace("{id}", id);
      const answer = await (await pod()).send("GET", path, { headers: { accept: "*/*" }, also: [400, 403, 404] });
      return answer.status === 200 ? answer.text : "";
    },
    /** Starts a task; never repeated. Its run's number where the service tells it. */
    async start(taskName: string): Promise<{ taskId: string; runId: string } | null> {
      const json = { "@type": "job", taskName, taskType: settings.taskType };
      const { taskId, runId } = await (await pod()).post("/api/v2/job", Started, { json });
      return taskId && runId ? { taskId, runId } : null;
    },
    /** Stops what a task is doing; the service knows no single run here. */
    async stop(taskId: string): Promise<void> {
      const json = { "@type": "job", taskId, taskType: settings.taskType };
      await (await pod()).send("POST", "/api/v2/job/stop", { json });
    },
  };
}
