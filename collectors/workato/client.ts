import { apiKey } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { allRows, nextOffset, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { Job, JobPage, RecipePage, type Recipe } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** What is asked of a workspace, with the token of an API client. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", token = "" } = connection;
  const authorize = apiKey(token);
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: 60 }, tools);
  const http = createHttp({ baseUrl: url, tools, budget, authorize, secrets: authorize.secrets });
  const { pageSize, jobsKey } = settings;

  return {
    vendorNow: http.vendorNow,
    recipes: (): Promise<Recipe[]> =>
      allRows(
        pages({
          ask: (page) => http.get("/api/recipes", RecipePage, { query: { page: page ?? 1, per_page: pageSize } }),
          rows: ({ items }) => items,
          next: ({ items }, read) =>
            nextOffset({ rows: items.length, size: pageSize, read }) === null ? null : read / pageSize + 1,
        }),
      ),
    /** A recipe's jobs, the newest first. The page is of the vendor's size; behind the last one it is empty. */
    jobs: (recipe: string) =>
      pages({
        ask: (handle) =>
          http.get(`/api/recipes/${recipe}/jobs`, JobPage, {
            query: { offset_job_id: handle ?? undefined, prev: handle === null ? undefined : false },
          }),
        rows: ({ items }) => items,
        next: ({ items }) => items.at(-1)?.id,
      }),
    /** One job, or null when it is kept no longer. */
    async job(recipe: string, handle: string): Promise<Job | null> {
      const answer = await http.send("GET", `/api/recipes/${recipe}/jobs/${handle}`, { also: [404] });
      return answer.status === 404 ? null : http.read(answer, Job, "GET /api/recipes/jobs");
    },
    run: (recipe: string) => http.send("POST", `/api/recipes/${recipe}/force_run`),
    repeat: (recipe: string, handle: string) =>
      http.send("POST", `/api/recipes/${recipe}/repeat_jobs`, { json: { [jobsKey]: [handle] } }),
    cancel: (recipe: string, handle: string) =>
      http.send("POST", `/api/recipes/${recipe}/cancel_jobs`, { json: { [jobsKey]: [handle] } }),
  };
}
