import type { Component } from "svelte";
import type { PageId } from "../state/pages.ts";

/** Each page's component, loaded when it is first gone to, so that a first visit pays for one page only. */
export const PAGE_COMPONENTS: Record<PageId, () => Promise<{ default: Component }>> = {
  close: () => import("./Close.svelte"),
  flows: () => import("./Flows.svelte"),
  calendar: () => import("./Calendar.svelte"),
  incidents: () => import("./Incidents.svelte"),
  quarantine: () => import("./Quarantine.svelte"),
  reconcile: () => import("./Reconcile.svelte"),
  evidence: () => import("./Evidence.svelte"),
  lineage: () => import("./Lineage.svelte"),
  trace: () => import("./Trace.svelte"),
  jobs: () => import("./Jobs.svelte"),
  dashboards: () => import("./Dashboards.svelte"),
  alerts: () => import("./Alerts.svelte"),
  collectors: () => import("./Collectors.svelte"),
  access: () => import("./Access.svelte"),
};
