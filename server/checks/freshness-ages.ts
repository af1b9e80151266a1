import type { Dataset, Flow } from "../../schemas/estate/flow.ts";
import type { Instant } from "../../schemas/instant.ts";

/** Minutes an expected load may take to arrive: due from the first, stale from the second. */
export interface Ages {
  dueMinutes: number;
  staleMinutes: number;
}

/** When the close loads a flow more often, first and last expected instant. */
export type CloseWindow = { from: Instant; to: Instant } | null;

/** What a latency tier allows while the close waits for the data. */
const TIER_IN_CLOSE: Record<Flow["latencyTier"], Ages> = {
  minutes: { dueMinutes: 30, staleMinutes: 60 },
  hourly: { dueMinutes: 120, staleMinutes: 240 },
  daily: { dueMinutes: 720, staleMinutes: 1440 },
  monthly: { dueMinutes: 1440, staleMinutes: 2880 },
};

/** A report is refreshed at hours of its own; the close's pace is asked of what feeds it. */
export function windowFor({ kind }: Pick<Dataset, "kind">, window: CloseWindow): CloseWindow {
  return kind === "report" ? null : window;
}

/** Whether an expected load is one of the close. */
export function inCloseWindow(window: CloseWindow, expectedAt: Instant): boolean {
  return window !== null && window.from <= expectedAt && expectedAt <= window.to;
}

/** How long the load expected at an instant may take: less while the close waits for it. */
export function agesAt(flow: Flow, window: CloseWindow, expectedAt: Instant): Ages {
  const { dueMinutes, staleMinutes, close } = flow.freshness;
  if (!inCloseWindow(window, expectedAt)) return { dueMinutes, staleMinutes };
  if (close) return close;
  const tier = TIER_IN_CLOSE[flow.latencyTier];
  return {
    dueMinutes: Math.min(dueMinutes, tier.dueMinutes),
    staleMinutes: Math.min(staleMinutes, tier.staleMinutes),
  };
}
