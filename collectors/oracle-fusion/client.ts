import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { allRows, pages } from "../pages.ts";
import { monthName } from "../period-name.ts";
import type { Ledger, Settings } from "./settings.ts";
import { type Balance, BalancePage, EssRequest, EssRequestPage, Submitted } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

const REQUESTS = "/ess/rest/scheduler/v1/requests";

/** What is asked of Oracle Fusion: requests of the Enterprise Scheduler, and balances of ledgers. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const authorize = basic(user, password);
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const http = createHttp({ baseUrl: url, tools, budget, authorize, secrets: authorize.secrets });
  const found = (q: string, orderBy: string) => {
    let first: number | undefined;
    return pages({
      ask: async (mark) => {
        const pageIndex = Number(mark ?? settings.firstPage);
        return { pageIndex, ...(await http.get(REQUESTS, EssRequestPage, { query: { q, orderBy, pageIndex } })) };
      },
      rows: (page) => page.items,
      next(page) {
        if (!(page.hasMore ?? page.items.length > 0)) return null;
        // A page that begins like the one before is that one again, and so is the next.
        const repeats = page.items[0]?.requestId === first;
        first = page.items[0]?.requestId;
        return repeats ? page.pageIndex : page.pageIndex + 1;
      },
    });
  };

  return {
    now: () => http.vendorNow(),
    submittedSince: (instant: string) => found(`submissionTime ge "${instant}"`, "submissionTime:asc"),
    completedSince: (instant: string) => found(`completedTime ge "${instant}"`, "completedTime:asc"),
    /** One request with its arguments and errors; null when it was purged. */
    async request(id: string): Promise<EssRequest | null> {
      const path = `${REQUESTS}/${encodeURIComponent(id)}`;
      const answer = await http.send("GET", path, { also: [404] });
      return answer.status === 404 ? null : http.read(answer, EssRequest, `GET ${path}`);
    },
    /** Submits a request; never repeated. Null where the answer does not tell its id. */
    async submit(body: Record<string, unknown>): Promise<string | null> {
      const { id, requestId } = await http.post(REQUESTS, Submitted, { json: body });
      return requestId ?? id ?? null;
    },
    /** False when there is no such request. */
    cancel: async (id: string): Promise<boolean> =>
      (await http.send("POST", `${REQUESTS}/${encodeURIComponent(id)}/cancel`, { json: {}, also: [404] })).status !==
      404,
    /** Balances of one entity and period `2026-10` by account combination. */
    balances(entity: string, period: string, ledger: Ledger): Promise<Balance[]> {
      const { ledgerName, currency, combination } = ledger.entities[entity]!;
      const finder = [
        `AccountBalanceFinder;accountCombination=${combination}`,
        ...["mode=Detail", `accountingPeriod=${monthName(period)}`, `currency=${currency}`, `ledgerName=${ledgerName}`],
      ].join(",");
      const path = `/fscmRestApi/resources/${settings.resources}/ledgerBalances`;
      const limit = ledger.pageSize;
      return allRows(
        pages({
          ask: (offset) =>
            http.get(path, BalancePage, {
              exactNumbers: true,
              query: { finder, onlyData: true, limit, offset: offset ?? 0 },
            }),
          rows: (page) => page.items,
          next: (page) => (page.hasMore ? page.offset + page.items.length : null),
        }),
      );
    },
  };
}
