import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { parseCsv } from "../csv.ts";
import { createHttp, type Ask } from "../http.ts";
import { allRows, pages } from "../pages.ts";
import { unzipped } from "../zip.ts";
import { gridOf } from "./grid.ts";
import type { EpmSettings, Job, Slice } from "./settings.ts";
import { Applications, Definitions, DetailPage, Grid, JobStatus, type Detail } from "./vendor.ts";

/** What is asked of one application of Oracle EPM Cloud. */
export type EpmClient = ReturnType<typeof createClient>;

const FORBIDDEN = /[<>:"/\\|?*]/g;

export function createClient({ settings, connection }: SystemOf<EpmSettings>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const signed = basic(user, password);
  const http = createHttp({
    baseUrl: url,
    tools,
    authorize: signed,
    secrets: signed.secrets,
    budget: createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools),
    timeoutMilliseconds: 120_000,
  });
  const applications = "/HyperionPlanning/rest/v3/applications";
  const application = `${applications}/${encodeURIComponent(settings.application)}`;
  const jobsOf = ({ runs }: Pick<Job, "runs">) =>
    runs === "application" ? `${application}/jobs` : "/aif/rest/V1/jobs";
  const file = `${settings.console.fileName.replace(FORBIDDEN, "")}.zip`;

  return {
    vendorNow: http.vendorNow,
    applications: async () => (await http.get(applications, Applications)).items.map(({ name }) => name),
    definitions: async () => (await http.get(`${application}/jobdefinitions`, Definitions)).items,
    job: async (job: Pick<Job, "runs">, jobId: string) => http.get(`${jobsOf(job)}/${jobId}`, JobStatus),
    /** Asks for an export of the job console of so many days; a second export overwrites the first, so it may be repeated. */
    exportConsole: async (days: string) => {
      const parameters = {
        fileName: file,
        ndays: days,
        jobTypes: "all",
        jobStatusCodes: "all",
        excludeApplicationId: "true",
      };
      const json = { jobType: "JOBCONSOLE_EXPORT", jobName: "Tieout: export the job console", parameters };
      return http.post(`${application}/jobs`, JobStatus, { json, idempotent: true });
    },
    /** The exported console, one record for each job. */
    async console(): Promise<Record<string, string>[]> {
      const path = `/interop/rest/${settings.console.filesVersion}/applicationsnapshots/${encodeURIComponent(file)}/contents`;
      const { text } = await http.send("GET", path, { bytes: true, headers: { accept: "application/octet-stream" } });
      const csv = unzipped(text, /\.csv$/i, "The exported job console");
      // An application's id, which some exports begin with, stands alone on its line.
      return parseCsv(csv.replace(/^"[^",]*"\r?\n/, ""));
    },
    /** Counts of an import, or its messages of a kind. Other kinds of jobs have none. */
    details: async (jobId: string, messageType?: "ERROR"): Promise<Detail[]> => {
      const path = `${application}/jobs/${jobId}/details`;
      const q = messageType && JSON.stringify({ messageType });
      return allRows(
        pages({
          ask: async (offset): Promise<DetailAnswer> => {
            const query: Ask["query"] = { q, offset: offset ?? 0, limit: settings.pageSize };
            const answer = await http.send("GET", path, { query, also: [400, 404] });
            return answer.status >= 400 ? { items: [] } : http.read(answer, DetailPage, `GET ${path}`);
          },
          rows: (page) => page.items,
          next: ({ items, hasMore = items.length === settings.pageSize }, read) => (hasMore ? read : null),
        }),
      );
    },
    /** Cells of a slice for entities in one period. */
    slice: (slice: Slice, entities: readonly string[], period: string) =>
      http.post(`${application}/plantypes/${encodeURIComponent(slice.cube)}/exportdataslice`, Grid, {
        json: { exportPlanningData: false, gridDefinition: gridOf(slice, entities, period, settings) },
        idempotent: true,
        exactNumbers: true,
      }),
    /** Never repeated: Oracle knows no idempotency key. */
    start: async (job: Job, jobName: string, parameters: Record<string, string>) => {
      const json =
        job.runs === "application"
          ? { jobType: job.jobType, jobName, parameters }
          : { jobType: job.jobType, jobName, ...parameters };
      return (await http.post(jobsOf(job), JobStatus, { json })).jobId;
    },
  };
}

type DetailAnswer = { items: Detail[]; hasMore?: boolean | undefined };
