/** The console's pages: where they are, the key that goes there after `g`, and what one must be allowed to do. */
export const PAGES = [
  { id: "close", title: "Close", key: "c", scope: "board:read", perPeriod: true },
  { id: "flows", title: "Flows", key: "f", scope: "board:read", perPeriod: true },
  { id: "reconcile", title: "Reconcile", key: "r", scope: "board:read", perPeriod: true },
  { id: "lineage", title: "Lineage", key: "l", scope: "board:read", perPeriod: true },
  { id: "trace", title: "Trace", key: "t", scope: "run:read", perPeriod: false },
  { id: "incidents", title: "Incidents", key: "i", scope: "incident:read", perPeriod: false },
  { id: "jobs", title: "Jobs", key: "j", scope: "request:read", perPeriod: false },
  { id: "dashboards", title: "Dashboards", key: "d", scope: "board:read", perPeriod: true },
  { id: "evidence", title: "Evidence", key: "e", scope: "audit:read", perPeriod: true },
  { id: "calendar", title: "Calendar", key: "w", scope: "board:read", perPeriod: true },
  { id: "alerts", title: "Alerts", key: "a", scope: "alert:read", perPeriod: false },
  { id: "quarantine", title: "Quarantine", key: "q", scope: "quarantine:read", perPeriod: false },
  { id: "collectors", title: "Collectors", key: "o", scope: "collector:read", perPeriod: false },
] as const;

export type PageId = (typeof PAGES)[number]["id"];
