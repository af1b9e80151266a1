import type * as z from "zod";
import { VendorError } from "../collector.ts";
import type { Http } from "../http.ts";
import { odataText, type CsrfDoor } from "../odata.ts";
import * as vendor from "./vendor.ts";

/** External job scheduling, communication scenarios SAP_COM_0064 and SAP_COM_0326. */
export const JOBS = "/sap/opu/odata/SAP/BC_EXT_APPJOB_MANAGEMENT;v=0002";
/** Pages read in one pull, so that a long backlog is made durable piece by piece. */
const PAGES_IN_A_PULL = 5;
const HEADER_FIELDS = "JobName,JobRunCount,JobText,JobStatus,JobPlannedStartDateTime,JobRestartCount";

export function readingJobs(http: Http, pageSize: number) {
  return {
    /** Status letters and what this system calls them. */
    async statusTexts(): Promise<Map<string, string>> {
      const query = { "sap-language": "EN", $format: "json" };
      const { d } = await http.get(`${JOBS}/JobStatusInfoSet`, vendor.JobStatusPage, { query });
      return new Map(d.results.map((row) => [row.JobStatus, row.JobStatusText]));
    },

    async templates(): Promise<string[]> {
      const query = { $select: "JobTemplateName", $format: "json" };
      const { d } = await http.get(`${JOBS}/JobTemplateSet`, vendor.JobTemplatePage, { query });
      return d.results.map((row) => row.JobTemplateName);
    },

    /** Runs planned to start between two instants, oldest first; `more` when pages were left for the next pull. */
    async headers(from: string, to: string): Promise<{ rows: vendor.JobHeader[]; more: boolean }> {
      const rows: vendor.JobHeader[] = [];
      const planned = "JobPlannedStartDateTime";
      const query = {
        $filter: `${planned} ge '${digitsOf(from)}' and ${planned} le '${digitsOf(to)}'`,
        $orderby: `${planned} asc`,
        $select: HEADER_FIELDS,
        $format: "json",
      };
      let next: string | undefined;
      for (let page = 0; page < PAGES_IN_A_PULL; page++) {
        const ask = next ? {} : { query: { ...query, $top: pageSize, $skip: rows.length } };
        const { d }: Page = await http.get(next ?? `${JOBS}/JobHeaderSet`, vendor.JobHeaderPage, ask);
        rows.push(...d.results);
        next = d.__next;
        if (!next && d.results.length < pageSize) return { rows, more: false };
      }
      return { rows, more: true };
    },

    /** A run by its text, the newest if there are several. */
    async headerByText(jobText: string): Promise<vendor.JobHeader | null> {
      const query = { $filter: `JobText eq ${odataText(jobText)}`, $select: HEADER_FIELDS, $format: "json" };
      const { d } = await http.get(`${JOBS}/JobHeaderSet`, vendor.JobHeaderPage, { query });
      return d.results.at(-1) ?? null;
    },

    /** A run's status letter now, or null when the system knows it no longer. */
    async status(key: string): Promise<string | null> {
      const path = `${JOBS}/JobinfoGet`;
      const ask = { query: { ...literals(named(key)), $format: "json" }, also: [400, 404] };
      const answer = await http.send("GET", path, ask);
      if (answer.status === 404 || (answer.status === 400 && isGone(answer.text))) return null;
      if (answer.status === 400) throw new VendorError("refused", `GET ${path} answered 400 for job run ${key}.`);
      return http.read(answer, vendor.JobinfoPage, `GET ${path}`).d.results[0]?.JobStatus ?? null;
    },

    /** A run with its steps and their logs in one request, or null when the system knows it no longer. */
    async detail(key: string): Promise<vendor.JobHeader | null> {
      const { JobName, JobRunCount } = named(key);
      const entity = `JobHeaderSet(JobName=${odataText(JobName)},JobRunCount=${odataText(JobRunCount)})`;
      const query = { $expand: "JobStepSet/JobStepLogInfoSet/JobLogMessageSet", $format: "json" };
      const answer = await http.send("GET", `${JOBS}/${entity}`, { query, also: [404] });
      return answer.status === 404 ? null : http.read(answer, vendor.JobHeaderEntity, `GET ${JOBS}/JobHeaderSet`).d;
    },
  };
}

type Page = z.output<typeof vendor.JobHeaderPage>;

export function drivingJobs(http: Http, door: CsrfDoor) {
  async function call(operation: string, parameters: Record<string, string | boolean>) {
    const path = `${JOBS}/${operation}`;
    const answer = await door.post(path, { query: { ...literals(parameters), $format: "json" } });
    return { answer, path };
  }

  return {
    /** Starts a template's job at once. Never repeated by itself: a lost answer leaves it open whether the job runs. */
    async schedule(template: string, jobText: string, user: string, parameterValues: string): Promise<string> {
      const { answer, path } = await call("JobSchedule", {
        JobTemplateName: template,
        JobText: jobText,
        JobUser: user,
        TestModeInd: false,
        JobParameterValues: parameterValues,
      });
      return vendor.runKeyOf(http.read(answer, vendor.StartedEntity, `POST ${path}`));
    },

    /** Copies an ended run and starts the copy from the step that failed. */
    async restart(key: string): Promise<string> {
      const { answer, path } = await call("JobRestart", { ...named(key), JobRestartMode: "E" });
      return vendor.runKeyOf(http.read(answer, vendor.StartedEntity, `POST ${path}`));
    },

    /** Aborts a run that is running, deletes one that has not begun. */
    async cancel(key: string): Promise<void> {
      await call("JobCancel", named(key));
    },
  };
}

function named(key: string): { JobName: string; JobRunCount: string } {
  const [JobName = "", JobRunCount = ""] = key.split("/");
  return { JobName, JobRunCount };
}

function literals(parameters: Record<string, string | boolean>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      typeof value === "string" ? odataText(value) : String(value),
    ]),
  );
}

/** `2026-01-31T23:10:54.000Z` as the fourteen digits in which job headers keep their instants. */
function digitsOf(instant: string): string {
  return instant.replace(/\D/g, "").slice(0, 14);
}

/** `APJ_RT/003 Job doesn't exist.` */
function isGone(text: string): boolean {
  return /APJ_RT\/003/.test(text);
}
