import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import { odataText } from "../odata.ts";
import { allRows, pages } from "../pages.ts";
import type * as z from "zod";
import type { Ledger, Settings } from "./settings.ts";
import { ActionAnswer, Activity, ExecutionDetail, ExecutionErrors, page, Row } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

const DETAILS = "/data/DataManagementExecutionJobDetails";
const ACTIVITIES = "/data/GeneralLedgerActivities";
const ACTION = "/data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.";

/** What is asked of Dynamics 365 Finance: executions of data projects, the ledger's aggregate, package exports. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { authUrl = "", clientId = "", clientSecret = "" } = connection;
  // The token's audience is the address without a slash behind it.
  const url = (connection.url ?? "").replace(/\/+$/, "");
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const door = { tools, budget, secrets: [clientSecret] };
  const authorize = clientCredentials({
    http: createHttp({ ...door, baseUrl: authUrl }),
    path: `/${settings.tenantId}/oauth2/v2.0/token`,
    ...{ clientId, clientSecret, style: "form", form: { scope: `${url}/.default` }, clock: tools.clock },
  });
  const http = createHttp({ ...door, baseUrl: url, authorize });
  const headers = { prefer: `odata.maxpagesize=${settings.pageSize}` };

  /** A list to its end; numbers come as text where they may be 64-bit. */
  function listed<S extends z.ZodType>(path: string, row: S, query: Record<string, string>, exactNumbers = false) {
    const shape = page(row);
    return pages({
      ask: (next) =>
        next === null
          ? http.get(path, shape, { headers, exactNumbers, query: { "cross-company": true, ...query } })
          : http.get(String(next), shape, { headers, exactNumbers }),
      rows: (answer) => answer.value as z.output<S>[],
      next: (answer) => answer["@odata.nextLink"],
    });
  }
  const details = (filter: string) =>
    allRows(
      listed(DETAILS, ExecutionDetail, {
        ...{ $filter: filter, $orderby: "StagingStartDateTime asc", $expand: "ExecutionJob" },
      }),
    );
  const act = (action: string, json: object, idempotent = false) =>
    http.post(`${ACTION}${action}`, ActionAnswer, { json, idempotent });

  return {
    now: () => http.vendorNow(),
    /** Executions that began or ended since an instant, each with its entities. */
    executionsSince: async (instant: string): Promise<ExecutionDetail[][]> =>
      grouped(await details(`StagingStartDateTime ge ${instant} or TargetEndDateTime ge ${instant}`)),
    /** The entities of one execution; null when there is no such execution any more. */
    async execution(jobId: string): Promise<ExecutionDetail[] | null> {
      return grouped(await details(`JobId eq ${odataText(jobId)}`))[0] ?? null;
    },
    /** Executions of one data project that began since an instant. */
    executionsOf: async (project: string, instant: string): Promise<ExecutionDetail[][]> =>
      grouped(await details(`DefinitionGroupId eq ${odataText(project)} and StagingStartDateTime ge ${instant}`)),
    /** Why an execution went wrong, one text each; the answer is JSON inside JSON. */
    async errors(executionId: string): Promise<string[]> {
      const { value } = await act("GetExecutionErrors", { executionId }, true);
      const texts = ExecutionErrors.safeParse(parsed(value));
      if (!texts.success) return value ? [String(value)] : [];
      return texts.data.map((error) =>
        typeof error === "string" ? error : (error.ErrorMessage ?? JSON.stringify(error)),
      );
    },
    /** Starts an export under an id of ours; never repeated. */
    exportToPackage: (request: Record<string, unknown>) => act("ExportToPackage", request),
    /** Net amounts of ledgers by account and day, between days that both belong to it. */
    activities(ledger: Ledger, from: string, to: string): Promise<Activity[]> {
      const day = (text: string) => (ledger.dayKey === "20261031" ? text.replaceAll("-", "") : text);
      const ledgers = Object.keys(ledger.ledgers).map((id) => `Ledger eq ${id}`);
      const days = `LedgerGregorianDateId ge '${day(from)}' and LedgerGregorianDateId le '${day(to)}'`;
      const filter = [`(${ledgers.join(" or ")})`, days, ledger.filter].filter(Boolean).join(" and ");
      const $select = "Ledger,MainAccountRecId,LedgerGregorianDateId,AccountingCurrencyAmount";
      return allRows(listed(ACTIVITIES, Activity, { $filter: filter, $select }, true));
    },
    /** Numbers of accounts by their RecId. */
    async accountNumbers({ entity, recId, number }: NonNullable<Ledger["accounts"]>): Promise<Map<string, string>> {
      const rows = await allRows(listed(`/data/${entity}`, Row, { $select: `${recId},${number}` }, true));
      return new Map(
        rows.map((row) => {
          if (row[recId] === undefined) throw new VendorError("refused", `${entity} has no field ${recId}.`);
          return [String(row[recId]), String(row[number])];
        }),
      );
    },
  };
}

function grouped(rows: readonly ExecutionDetail[]): ExecutionDetail[][] {
  return [...Map.groupBy(rows, ({ JobId }) => JobId).values()].map((entities) =>
    entities.sort((one, other) => (one.EntityName < other.EntityName ? -1 : 1)),
  );
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
