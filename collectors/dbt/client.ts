import type * as z from "zod";
import { apiKey } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { filled } from "../job-name.ts";
import { nextOffset, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { errorIn, JobPage, RunAnswer, RunPage, RunResults, type Run } from "./vendor.ts";

interface Listed<Row> {
  data: Row[];
  extra: { pagination: { total_count: number } };
}

type Cloud = Extract<Settings["read"], { from: "cloud" }>;

/** dbt Cloud's Admin API v2 as far as it is used. `connection`: url, token. */
export function createClient({ settings, connection }: SystemOf<Settings>, read: Cloud, tools: Tools) {
  const { url = "", token = "" } = connection;
  const authorize = apiKey(token);
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const baseUrl = `${url.replace(/\/+$/, "")}/api/v2/accounts/${read.account}`;
  const http = createHttp({ baseUrl, tools, budget, authorize, secrets: authorize.secrets, errorIn });
  const related = "trigger,job";
  /** A list of the account, page by page. */
  const list = <Row>(path: string, page: z.ZodType<Listed<Row>>, query: Record<string, string> = {}) =>
    pages<Listed<Row>, Row>({
      ask: (offset) => http.get(path, page, { query: { ...query, limit: read.pageSize, offset: offset ?? 0 } }),
      rows: ({ data }) => data,
      next: ({ data, extra }, count) =>
        nextOffset({ rows: data.length, size: read.pageSize, read: count, total: extra.pagination.total_count }),
    });

  return {
    /** Runs created at or after an instant, the newest first: a run that begins meanwhile shifts none out of sight. */
    async *runs(from: string): AsyncGenerator<Run[]> {
      const since = Date.parse(from);
      for await (const page of list<Run>("/runs/", RunPage, { order_by: "-id", include_related: related })) {
        yield page.filter(({ created_at }) => Date.parse(created_at ?? "") >= since);
        if (page.some(({ created_at }) => Date.parse(created_at ?? "") < since)) return;
      }
    },
    async run(id: string): Promise<Run | null> {
      const answer = await http.send("GET", `/runs/${id}/`, { query: { include_related: related }, also: [404] });
      return answer.status === 404 ? null : http.read(answer, RunAnswer, "GET /runs/").data;
    },
    /** What its last step did; null while there is none, and for steps that leave no results. */
    async results(id: number): Promise<RunResults | null> {
      const answer = await http.send("GET", `/runs/${id}/artifacts/run_results.json`, { also: [404] });
      return answer.status === 404 ? null : http.read(answer, RunResults, "GET run_results.json");
    },
    jobs: () => list("/jobs/", JobPage),
    start: async (job: number, cause: string): Promise<Run> =>
      (await http.post(`/jobs/${job}/run/`, RunAnswer, { json: { cause } })).data,
    /** Goes on where a failed run stopped; the vendor answers the run that does. */
    retry: async (id: string): Promise<Run> => (await http.post(`/runs/${id}/retry/`, RunAnswer, { json: {} })).data,
    cancel: async (id: string): Promise<void> => void (await http.send("POST", `/runs/${id}/cancel/`, { json: {} })),
  };
}

/** Artifacts of dbt Core, which leaves the last invocation's only. */
export function createArtifacts({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", token = "" } = connection;
  const authorize = apiKey(token);
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const http = createHttp({ baseUrl: url, tools, budget, authorize, secrets: authorize.secrets });
  return {
    /** Null where a job has not run yet. */
    async results(path: string, job: string): Promise<RunResults | null> {
      const place = `${filled(path.replaceAll("{job}", "{entity}"), encodeURIComponent(job))}/run_results.json`;
      const answer = await http.send("GET", place, { also: [404] });
      return answer.status === 404 ? null : http.read(answer, RunResults, `GET ${place}`);
    },
  };
}
