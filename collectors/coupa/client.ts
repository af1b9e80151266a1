import type * as z from "zod";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp, type Ask } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import { allRows, nextOffset, pages } from "../pages.ts";
import type { CoupaSettings } from "./settings.ts";
import { ErrorList, IntegrationList, RunList, type IntegrationRun } from "./vendor.ts";

/** What is asked of one Coupa instance. */
export type CoupaClient = ReturnType<typeof createClient>;

export function createClient({ settings, connection }: SystemOf<CoupaSettings>, tools: Tools) {
  const { url = "", clientId = "", clientSecret = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const door = { tools, budget, secrets: [clientSecret], baseUrl: url };
  const authorize = clientCredentials({
    ...{ http: createHttp(door), path: "/oauth2/token", clientId, clientSecret, style: "form" },
    ...{ form: { scope: settings.scope }, clock: tools.clock },
  });
  const http = createHttp({ ...door, authorize });

  /** Rows of an index, page by page. Coupa answers 404 where there are none. */
  function index<Row>(path: string, shape: z.ZodType<Row[]>, query: NonNullable<Ask["query"]>) {
    return pages<Row[], Row>({
      async ask(offset) {
        const ask = { query: { ...query, offset: offset ?? 0, limit: settings.pageSize }, also: [404] };
        const answer = await http.send("GET", path, ask);
        return answer.status === 404 ? [] : http.read(answer, shape, `GET ${path}`);
      },
      rows: (page) => page,
      next: (page, read) => nextOffset({ rows: page.length, size: settings.pageSize, read }),
    });
  }
  // The latest change first and without an end: what changes while pages are turned moves to the front, and nothing is skipped.
  const since = (from: string) => ({ "updated_at[gt_or_eq]": from, order_by: "updated_at", dir: "desc" });

  return {
    vendorNow: http.vendorNow,
    integrations: () => allRows(index("/api/integrations", IntegrationList, {})),
    /**
     * Runs that changed since an instant, and those whose errors did: an error may be added or resolved after its run
     * has ended, which does not change the run.
     */
    async *changed(from: string): AsyncGenerator<IntegrationRun[]> {
      const seen = new Set<string>();
      for await (const page of index("/api/integration_runs", RunList, since(from))) {
        for (const { id } of page) seen.add(id);
        yield [...page];
      }
      const touched = new Set<string>();
      for await (const page of index("/api/integration_errors", ErrorList, since(from))) {
        for (const { "integration-run-id": run } of page) if (run && !seen.has(run)) touched.add(run);
      }
      const ids = [...touched].sort();
      for (let first = 0; first < ids.length; first += settings.pageSize) {
        const query = { "id[in]": ids.slice(first, first + settings.pageSize).join(",") };
        yield await allRows(index("/api/integration_runs", RunList, query));
      }
    },
  };
}
