import { createBudget } from "../budget.ts";
import { VendorError, type Tools } from "../collector.ts";
import { createHttp, type Ask } from "../http.ts";
import { csrfDoor, odataText } from "../odata.ts";
import type { Ledger, Settings } from "./settings.ts";
import * as vendor from "./vendor.ts";

const JOBS = "/sap/opu/odata/SAP/BC_EXT_APPJOB_MANAGEMENT;v=0002";
/** Pages read in one pull, so that a long backlog is made durable piece by piece. */
const PAGES_IN_A_PULL = 5;
const HEADER_FIELDS = "JobName,JobRunCount,JobText,JobStatus,JobPlannedStartDateTime,JobRestartCount";

export type Client = ReturnType<typeof createClient>;

/** The system's APIs as far as they are used. `connection`: url, user, password of a communication user. */
export function createClient(settings: Settings, connection: Record<string, string>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  const http = createHttp({
    baseUrl: url,
    tools,
    budget: createBudget({ perSecond: settings.requestsPerSecond }, tools.clock),
    authorize: { headers: () => ({ authorization: `Basic ${basic}` }) },
    secrets: [password, basic],
  });
  const door = csrfDoor(http, `${JOBS}/`);

  async function call(operation: string, parameters: Record<string, string | boolean>, ask: Ask = {}) {
    const path = `${JOBS}/${operation}`;
    const answer = await door.post(path, { ...ask, query: { ...literals(parameters), $format: "json" } });
    return { answer, path };
  }

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
      for (let page = 0; page < PAGES_IN_A_PULL; page++) {
        const span = { $top: settings.pageSize, $skip: page * settings.pageSize };
        const { d } = await http.get(`${JOBS}/JobHeaderSet`, vendor.JobHeaderPage, { query: { ...query, ...span } });
        rows.push(...d.results);
        if (d.results.length < settings.pageSize) return { rows, more: false };
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

    /** Current totals of entities × fiscal periods (`2026010`) by account. */
    async ledger(ledger: Ledger, periods: readonly string[]): Promise<vendor.LedgerRow[]> {
      const { sides } = ledger;
      const split = sides.by === "columns" ? [sides.debit, sides.credit, ...(sides.count ? [sides.count] : [])] : [];
      const measures = [ledger.amount, ...split];
      const dimensions = ["CompanyCode", "FiscalYearPeriod", "GLAccount", ledger.currency];
      const shape = vendor.ledgerPage(measures, ledger.currency);
      const query = {
        $select: [...dimensions, ...(sides.by === "sign" ? sides.dimensions : []), ...measures].join(","),
        $filter: [
          `Ledger eq ${odataText(ledger.ledger)}`,
          anyOf("CompanyCode", ledger.entities),
          anyOf("FiscalYearPeriod", periods),
          `GLAccount ge ${odataText(ledger.accounts.from)} and GLAccount le ${odataText(ledger.accounts.to)}`,
        ].join(" and "),
        $format: "json",
      };
      const rows: vendor.LedgerRow[] = [];
      let answer = await http.get(ledger.service, shape, { query });
      rows.push(...answer.d.results);
      while (answer.d.__next) {
        answer = await http.get(answer.d.__next, shape);
        rows.push(...answer.d.results);
      }
      return rows;
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

function anyOf(field: string, values: readonly string[]): string {
  return `(${values.map((value) => `${field} eq ${odataText(value)}`).join(" or ")})`;
}

/** `2026-01-31T23:10:54.000Z` as the fourteen digits in which job headers keep their instants. */
function digitsOf(instant: string): string {
  return instant.replace(/\D/g, "").slice(0, 14);
}

/** `APJ_RT/003 Job doesn't exist.` */
function isGone(text: string): boolean {
  return /APJ_RT\/003/.test(text);
}
