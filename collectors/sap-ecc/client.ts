import type * as z from "zod";
import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { localSince } from "../local-time.ts";
import { odataText } from "../odata.ts";
import { allRows, pages } from "../pages.ts";
import type { Row } from "./map.ts";
import type { Ledger, Settings } from "./settings.ts";
import { GlTotalPage, IdocPage, JobPage, type GlTotal } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

interface Page<R> {
  d: { results: R[]; __next?: string | undefined };
}

/** What is asked of an ECC system: IDocs, background jobs and totals, through its Gateway service. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const authorize = basic(user, password);
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: 20 }, tools);
  const http = createHttp({
    ...{ baseUrl: url, tools, budget, authorize, secrets: authorize.secrets },
    headers: { "accept-language": "en" },
  });
  function listed<R>(set: string, shape: z.ZodType<Page<R>>, query: Record<string, string>) {
    const asked = { "sap-client": settings.client, $format: "json", pagesize: settings.pageSize, ...query };
    return pages<Page<R>, R>({
      ask: (next) =>
        next === null ? http.get(`${settings.service}/${set}`, shape, { query: asked }) : http.get(String(next), shape),
      rows: (page) => page.d.results,
      next: (page) => page.d.__next,
    });
  }
  /** Rows that changed between two instants; the service compares SAP's dates and times, without a zone. */
  const changed = (from: string, to: string) => ({
    $filter: `CHANGED ge ${odataText(localSince(from, to, settings.timeZone).replace(/\D/g, ""))}`,
    $orderby: "CHANGED",
  });

  return {
    now: () => http.vendorNow(),
    async *idocs(from: string, to: string): AsyncGenerator<Row[]> {
      for await (const rows of listed("IdocSet", IdocPage, changed(from, to))) yield rows.map((idoc) => ({ idoc }));
    },
    async *jobs(from: string, to: string): AsyncGenerator<Row[]> {
      for await (const rows of listed("JobSet", JobPage, changed(from, to))) yield rows.map((job) => ({ job }));
    },
    /** Totals of company codes and periods `2026-10` by account. */
    totals({ ledger, entities, accounts }: Ledger, periods: readonly string[]): Promise<GlTotal[]> {
      const anyOf = (terms: string[]) => `(${terms.join(" or ")})`;
      const inPeriod = (period: string) =>
        `(RYEAR eq ${odataText(period.slice(0, 4))} and POPER eq ${odataText(`0${period.slice(5)}`)})`;
      const $filter = [
        `RLDNR eq ${odataText(ledger)}`,
        anyOf(entities.map((entity) => `RBUKRS eq ${odataText(entity)}`)),
        anyOf(periods.map(inPeriod)),
        `RACCT ge ${odataText(accounts.from)} and RACCT le ${odataText(accounts.to)}`,
      ].join(" and ");
      return allRows(listed("GlTotalSet", GlTotalPage, { $filter }));
    },
  };
}
