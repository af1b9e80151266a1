/** The console's pages: where they are, the key that goes there after `g`, what one must be allowed to do, and what they are for. */
export const PAGES = [
  { id: "close", title: "Close", key: "c", scope: "board:read", group: "close", perPeriod: true },
  { id: "reconcile", title: "Reconcile", key: "r", scope: "board:read", group: "close", perPeriod: true },
  { id: "dashboards", title: "Dashboards", key: "d", scope: "board:read", group: "close", perPeriod: true },
  { id: "calendar", title: "Calendar", key: "w", scope: "board:read", group: "close", perPeriod: true },
  { id: "flows", title: "Flows", key: "f", scope: "board:read", group: "mend", perPeriod: true },
  { id: "incidents", title: "Incidents", key: "i", scope: "incident:read", group: "mend", perPeriod: false },
  { id: "jobs", title: "Jobs", key: "j", scope: "request:read", group: "mend", perPeriod: false },
  { id: "quarantine", title: "Quarantine", key: "q", scope: "quarantine:read", group: "mend", perPeriod: false },
  { id: "lineage", title: "Lineage", key: "l", scope: "board:read", group: "prove", perPeriod: true },
  { id: "trace", title: "Trace", key: "t", scope: "run:read", group: "prove", perPeriod: false },
  { id: "evidence", title: "Evidence", key: "e", scope: "audit:read", group: "prove", perPeriod: true },
  { id: "alerts", title: "Alerts", key: "a", scope: "alert:read", group: "run", perPeriod: false },
  { id: "collectors", title: "Collectors", key: "o", scope: "collector:read", group: "run", perPeriod: false },
  { id: "access", title: "Access", key: "p", scope: "access:read", group: "run", perPeriod: false },
] as const;

export type PageId = (typeof PAGES)[number]["id"];
