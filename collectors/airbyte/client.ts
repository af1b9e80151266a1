import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { tokenGrant } from "../oauth.ts";
import { allRows, nextOffset, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { ConnectionPage, Job, JobDetail, JobPage, type Connection } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** What is asked of Airbyte with an application's credentials. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { apiUrl = "", clientId = "", clientSecret = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const door = { tools, budget, secrets: [clientSecret] };
  const authorize = tokenGrant({
    http: createHttp({ ...door, baseUrl: apiUrl }),
    ...{ path: "/applications/token", as: "json", clock: tools.clock },
    form: () => ({ client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" }),
  });
  const http = createHttp({ ...door, baseUrl: apiUrl, authorize });
  const config = createHttp({ ...door, baseUrl: new URL(apiUrl || "http://localhost").origin, authorize });
  const { pageSize: limit } = settings;
  const workspaceIds = settings.workspaceIds.join(",") || undefined;
  let known: Map<string, Connection> | null = null;

  const connections = async (): Promise<Connection[]> => {
    const found = await allRows(
      pages({
        ask: (offset) =>
          http.get("/connections", ConnectionPage, { query: { workspaceIds, limit, offset: offset ?? 0 } }),
        rows: ({ data }) => data,
        next: ({ data }, read) => nextOffset({ rows: data.length, size: limit, read }),
      }),
    );
    known = new Map(found.map((each) => [each.connectionId, each]));
    return found;
  };

  return {
    vendorNow: http.vendorNow,
    /** Tokens live for minutes and nobody says how many, so each sweep asks for one of its own. */
    renew: () => authorize.refresh?.(),
    connections,
    /** A connection's name, looked up anew when a job is of one not seen before. */
    async nameOf(connectionId: string): Promise<string> {
      if (!known?.has(connectionId)) await connections();
      return known?.get(connectionId)?.name ?? connectionId;
    },
    /** Jobs that changed between two instants, the latest change first, so that one that changes meanwhile is repeated. */
    jobs: (between: { from: string; to: string; connectionId?: string }) =>
      pages({
        ask: (offset) =>
          http.get("/jobs", JobPage, {
            query: {
              ...{ updatedAtStart: between.from, updatedAtEnd: between.to, orderBy: "updatedAt|DESC" },
              ...{ connectionId: between.connectionId, workspaceIds, limit, offset: offset ?? 0 },
            },
          }),
        rows: ({ data }) => data,
        next: ({ data }, read) => nextOffset({ rows: data.length, size: limit, read }),
      }),
    async job(jobId: string): Promise<Job | null> {
      const answer = await http.send("GET", `/jobs/${jobId}`, { also: [404] });
      return answer.status === 404 ? null : http.read(answer, Job, "GET /jobs");
    },
    /** Null where the configuration API is not at hand. */
    async detail(jobId: string): Promise<JobDetail | null> {
      if (!settings.configPath) return null;
      const json = { id: Number(jobId) };
      return config.post(`${settings.configPath}/jobs/get_without_logs`, JobDetail, { json, idempotent: true });
    },
    /** Starts a sync; null where one of the connection runs already. */
    async sync(connectionId: string): Promise<string | null> {
      const answer = await http.send("POST", "/jobs", { json: { connectionId, jobType: "sync" }, also: [409] });
      return answer.status === 409 ? null : http.read(answer, Job, "POST /jobs").jobId;
    },
    cancel: (jobId: string) => http.send("DELETE", `/jobs/${jobId}`),
  };
}
