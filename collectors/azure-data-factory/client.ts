import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import { allRows, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { ActivityRunPage, Created, PipelinePage, PipelineRun, PipelineRunPage, type ActivityRun } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

const VERSION = "2018-06-01";

/** What is asked of a factory, through Azure Resource Manager with client credentials of Entra ID. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { apiUrl = "", authUrl = "", clientId = "", clientSecret = "" } = connection;
  const door = {
    tools,
    budget: createBudget({ perSecond: settings.requestsPerSecond }, tools),
    secrets: [clientSecret],
  };
  const authorize = clientCredentials({
    http: createHttp({ ...door, baseUrl: authUrl }),
    path: `/${settings.tenantId}/oauth2/v2.0/token`,
    clientId,
    clientSecret,
    style: "form",
    form: { scope: "https://management.azure.com/.default" },
    clock: tools.clock,
  });
  const { subscriptionId, resourceGroup, factory } = settings;
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}/providers/Microsoft.DataFactory/factories/${encodeURIComponent(factory)}`;
  const http = createHttp({ ...door, baseUrl: apiUrl.replace(/\/+$/, "") + path, authorize });
  const query = { "api-version": VERSION };

  return {
    vendorNow: http.vendorNow,
    /** The runs whose state changed between two instants, of all pipelines or of one, page by page. */
    runs: (window: { after: string; before: string; pipeline?: string }) =>
      pages({
        ask: (mark) =>
          http.post("/queryPipelineRuns", PipelineRunPage, {
            query,
            idempotent: true,
            json: {
              lastUpdatedAfter: window.after,
              lastUpdatedBefore: window.before,
              ...(mark !== null && { continuationToken: mark }),
              ...(window.pipeline && {
                filters: [{ operand: "PipelineName", operator: "Equals", values: [window.pipeline] }],
              }),
            },
          }),
        rows: ({ value }) => value,
        next: ({ continuationToken }) => continuationToken,
      }),
    /** One run, or null when the service has it no longer. */
    async run(runId: string): Promise<PipelineRun | null> {
      const answer = await http.send("GET", `/pipelineruns/${runId}`, { query, also: [404] });
      return answer.status === 404 ? null : http.read(answer, PipelineRun, "GET /pipelineruns");
    },
    /** What the activities of a run did. Figures come as text, digit for digit. */
    activities: (runId: string, window: { after: string; before: string }): Promise<ActivityRun[]> =>
      allRows(
        pages({
          ask: (mark) =>
            http.post(`/pipelineruns/${runId}/queryActivityruns`, ActivityRunPage, {
              query,
              idempotent: true,
              exactNumbers: true,
              json: {
                lastUpdatedAfter: window.after,
                lastUpdatedBefore: window.before,
                ...(mark !== null && { continuationToken: mark }),
              },
            }),
          rows: ({ value }) => value,
          next: ({ continuationToken }) => continuationToken,
        }),
      ),
    /** Names of the factory's pipelines. */
    async pipelines(): Promise<string[]> {
      const page = await http.get("/pipelines", PipelinePage, { query });
      return page.value.map(({ name }) => name);
    },
    /** Starts a pipeline, or one of its runs again; never repeated. */
    create: (pipeline: string, parameters: Record<string, string>, again?: { runId: string; fromFailure: boolean }) =>
      http.post(`/pipelines/${encodeURIComponent(pipeline)}/createRun`, Created, {
        query: {
          ...query,
          ...(again && { referencePipelineRunId: again.runId, isRecovery: true }),
          ...(again?.fromFailure && { startFromFailure: true }),
        },
        json: parameters,
      }),
    cancel: (runId: string) =>
      http.send("POST", `/pipelineruns/${runId}/cancel`, { query: { ...query, isRecursive: true } }),
  };
}
