import type * as z from "zod";
import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { localSince } from "../local-time.ts";
import { pages } from "../pages.ts";
import { monthName } from "../period-name.ts";
import type { Ledger, Settings } from "./settings.ts";
import {
  BalanceList,
  Cancelled,
  faultIn,
  PeriodList,
  RequestList,
  Submitted,
  type ConcurrentRequest,
} from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** What is asked of E-Business Suite: procedures of one package, through Integrated SOA Gateway. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const authorize = basic(user, password);
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: 20 }, tools);
  const http = createHttp({ baseUrl: url, tools, budget, authorize, secrets: authorize.secrets, errorIn: faultIn });
  const { responsibility, respApplication, securityGroup, orgId } = settings.context;
  const RESTHeader = {
    ...{ Responsibility: responsibility, RespApplication: respApplication, SecurityGroup: securityGroup },
    // Codes are read and never texts, so the language only keeps completion texts the same.
    ...{ NLSLanguage: "AMERICAN", ...(orgId && { Org_Id: orgId }) },
  };
  /** Calls a procedure; one that only asks may be repeated. */
  function call<S extends z.ZodType>(method: string, InputParameters: object, shape: S, idempotent = true) {
    const json = { [`${method.toUpperCase()}_Input`]: { RESTHeader, InputParameters } };
    return http.post(`/webservices/rest/${settings.alias}/${method}/`, shape, { json, idempotent });
  }

  return {
    now: () => http.vendorNow(),
    /** Requests that changed between two instants, by change and number. */
    changed: (from: string, to: string) =>
      pages<ConcurrentRequest[], ConcurrentRequest>({
        async ask(mark) {
          const [since, lastId] = mark ? String(mark).split("|") : [localSince(from, to, settings.timeZone), "0"];
          const input = { P_SINCE: since, P_LAST_ID: lastId, P_LIMIT: String(settings.pageSize) };
          return (await call("list_requests", input, RequestList)).OutputParameters.X_REQUESTS;
        },
        rows: (page) => page,
        next(page) {
          const last = page.at(-1);
          return last && page.length >= settings.pageSize ? `${last.LAST_UPDATE_DATE}|${last.REQUEST_ID}` : null;
        },
      }),
    /** One request; null when it was purged. */
    async request(id: string): Promise<ConcurrentRequest | null> {
      const { OutputParameters } = await call("get_request", { P_REQUEST_ID: id }, RequestList);
      return OutputParameters.X_REQUESTS[0] ?? null;
    },
    /** Totals of all declared segments for periods `2026-10`. */
    async totals({ ledgerId, accounts }: Ledger, periods: readonly string[]) {
      const input = {
        ...{ P_LEDGER_ID: ledgerId, P_PERIODS: periods.map(monthName).join(",") },
        ...{ P_FROM_ACCOUNT: accounts.from, P_TO_ACCOUNT: accounts.to },
      };
      return (await call("list_totals", input, BalanceList)).OutputParameters.X_TOTALS;
    },
    /** Whether periods `2026-10` of the general ledger take postings. */
    async periods({ ledgerId }: Ledger, periods: readonly string[]) {
      const input = { P_LEDGER_ID: ledgerId, P_PERIODS: periods.map(monthName).join(",") };
      return (await call("list_periods", input, PeriodList)).OutputParameters.X_PERIODS;
    },
    /** Submits a request; never repeated. */
    async submit(input: Record<string, string>): Promise<string> {
      const { X_REQUEST_ID, X_MESSAGE } = (await call("submit_request", input, Submitted, false)).OutputParameters;
      if (X_REQUEST_ID !== "0") return X_REQUEST_ID;
      throw new VendorError(
        "refused",
        `E-Business Suite did not take the request: ${X_MESSAGE ?? "it says no reason"}`,
      );
    },
    /** False when there is no such request, or it is over. */
    cancel: async (id: string): Promise<boolean> =>
      (await call("cancel_request", { P_REQUEST_ID: id }, Cancelled, false)).OutputParameters.X_FOUND === "Y",
  };
}
