import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import type { Model, PowerbiSettings } from "./settings.ts";
import {
  QueryAnswer,
  RefreshDetail,
  RefreshList,
  ScanResult,
  ScanStarted,
  ScanStatus,
  type Refresh,
} from "./vendor.ts";

/** What is asked of Power BI. */
export type PowerbiClient = ReturnType<typeof createClient>;

/** The most the vendor keeps and gives. */
export const HISTORY = 60;
const SCOPE = "https://analysis.windows.net/powerbi/api/.default";
const SCAN = { lineage: true, datasourceDetails: true, datasetSchema: true, datasetExpressions: true };

export function createClient({ settings, connection }: SystemOf<PowerbiSettings>, tools: Tools) {
  const { apiUrl = "", authUrl = "", clientId = "", clientSecret = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const door = { tools, budget, secrets: [clientSecret] };
  const authorize = clientCredentials({
    http: createHttp({ ...door, baseUrl: authUrl }),
    path: `/${settings.tenantId}/oauth2/v2.0/token`,
    clientId,
    clientSecret,
    style: "form",
    form: { scope: SCOPE },
    clock: tools.clock,
  });
  const http = createHttp({ ...door, baseUrl: apiUrl, authorize });
  const refreshesOf = ({ groupId, datasetId }: Model) => `/groups/${groupId}/datasets/${datasetId}/refreshes`;

  return {
    /** The newest refreshes, newest first: all the history there is. */
    refreshes: async (model: Model): Promise<Refresh[]> =>
      (await http.get(refreshesOf(model), RefreshList, { query: { $top: HISTORY } })).value,
    /** Null where the refresh is not an enhanced one. */
    async detail(model: Model, requestId: string) {
      const path = `${refreshesOf(model)}/${requestId}`;
      const answer = await http.send("GET", path, { also: [400, 404] });
      return answer.status >= 400 ? null : http.read(answer, RefreshDetail, `GET ${path}`);
    },
    /** Asks the model one DAX question: its one table, by column name. Numbers come as text, digit for digit. */
    async query(model: Model, dax: string): Promise<Record<string, unknown>[]> {
      const ask = {
        idempotent: true,
        exactNumbers: true,
        json: { queries: [{ query: dax }], serializerSettings: { includeNulls: true } },
      };
      const path = `/groups/${model.groupId}/datasets/${model.datasetId}/executeQueries`;
      return tableOf(await http.post(path, QueryAnswer, ask));
    },
    /** Starts a refresh; answers its id where the vendor tells. Never repeated. */
    async start(model: Model): Promise<string | null> {
      const json = settings.enhancedRefresh
        ? { type: "Full", commitMode: "Transactional", retryCount: 0 }
        : { notifyOption: "NoNotification" };
      const answer = await http.send("POST", refreshesOf(model), { json });
      return answer.headers.get("x-ms-request-id");
    },
    cancel: (model: Model, requestId: string) =>
      http.send("DELETE", `${refreshesOf(model)}/${requestId}`, { also: [404] }),
    scan: {
      start: (workspaces: string[]) =>
        http.post("/admin/workspaces/getInfo", ScanStarted, { query: SCAN, json: { workspaces }, idempotent: true }),
      status: (scanId: string) => http.get(`/admin/workspaces/scanStatus/${scanId}`, ScanStatus),
      result: (scanId: string) => http.get(`/admin/workspaces/scanResult/${scanId}`, ScanResult),
    },
  };
}

function tableOf(answer: QueryAnswer): Record<string, unknown>[] {
  const [result] = answer.results;
  const [table] = result?.tables ?? [];
  const error = answer.error ?? result?.error ?? table?.error;
  if (error) {
    throw new VendorError("refused", `The model refused a query: ${error.message ?? error.code ?? "without a reason"}`);
  }
  return (table?.rows ?? []).map((row) =>
    // `FactGL[Entity]` and `[Debit]` are the columns Entity and Debit.
    Object.fromEntries(Object.entries(row).map(([name, value]) => [/\[(.+)\]$/.exec(name)?.[1] ?? name, value])),
  );
}
