import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { pages } from "../pages.ts";
import type { Refreshes, TableauSettings } from "./settings.ts";
import { createSession } from "./session.ts";
import {
  JobAnswer,
  JobList,
  MetadataAnswer,
  StartedAnswer,
  type Job,
  type ListedJob,
  type Metadata,
} from "./vendor.ts";

/** GraphQL answers 200 also to what it refuses whole. */
function graphqlError(value: unknown): string | null {
  const { data, errors } = (value ?? {}) as { data?: unknown; errors?: { message?: string }[] };
  return data == null && errors?.length ? (errors[0]!.message ?? "an error without a text") : null;
}

/** What is asked of one site of Tableau. */
export type TableauClient = ReturnType<typeof createClient>;

export function createClient({ settings, connection }: SystemOf<TableauSettings>, tools: Tools) {
  const { url = "", tokenName = "", tokenSecret = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const door = {
    tools,
    budget,
    secrets: [tokenSecret],
    baseUrl: `${url.replace(/\/+$/, "")}/api/${settings.apiVersion}`,
  };
  const session = createSession(createHttp(door), { tokenName, tokenSecret, site: settings.site });
  const http = createHttp({ ...door, authorize: session });
  const graphql = createHttp({ ...door, baseUrl: url, authorize: session, errorIn: graphqlError });
  const site = async () => `/sites/${await session.siteId()}`;

  return {
    vendorNow: http.vendorNow,
    /** Background jobs created since an instant, oldest first, page by page. */
    jobs: (from: string) =>
      pages<{ page: number; rows: ListedJob[]; last: number }, ListedJob>({
        async ask(mark) {
          const query = {
            filter: `createdAt:gte:${from.replace(/\.\d+Z$/, "Z")}`,
            ...{ sort: "createdAt:asc", pageSize: settings.pageSize, pageNumber: mark ?? 1 },
          };
          const { pagination, backgroundJobs } = await http.get(`${await site()}/jobs`, JobList, { query });
          const last = Math.ceil(pagination.totalAvailable / Math.max(1, pagination.pageSize));
          return { page: pagination.pageNumber, rows: backgroundJobs.backgroundJob, last };
        },
        rows: ({ rows }) => rows.filter(({ jobType }) => !jobType || settings.jobTypes.includes(jobType)),
        next: ({ page, last }) => (page < last ? page + 1 : null),
      }),
    /** One job, or null where Tableau has it no longer. */
    async job(id: string): Promise<Job | null> {
      const path = `${await site()}/jobs/${id}`;
      const answer = await http.send("GET", path, { also: [404] });
      return answer.status === 404 ? null : http.read(answer, JobAnswer, `GET ${path}`).job;
    },
    /** Starts a refresh; null where one is queued already. Never repeated. */
    async refresh(what: Refreshes): Promise<string | null> {
      const path =
        "task" in what
          ? `/tasks/extractRefreshes/${what.task}/runNow`
          : "workbook" in what
            ? `/workbooks/${what.workbook}/refresh`
            : `/datasources/${what.datasource}/refresh`;
      const answer = await http.send("POST", (await site()) + path, { json: {}, also: [409] });
      return answer.status === 409 ? null : http.read(answer, StartedAnswer, `POST ${path}`).job.id;
    },
    /** Published data sources and workbooks with what feeds them. */
    async metadata({ table, workbook }: { table: string; workbook: string }): Promise<Metadata> {
      const tables = `upstreamTables { ${table} }`;
      const query = `{ publishedDatasources { name ${tables} } workbooks { name ${workbook} ${tables} } }`;
      const ask = { json: { query }, idempotent: true };
      return (await graphql.post("/api/metadata/graphql", MetadataAnswer, ask)).data;
    },
    async cancel(id: string): Promise<boolean> {
      return (await http.send("PUT", `${await site()}/jobs/${id}`, { also: [404] })).status !== 404;
    },
  };
}
