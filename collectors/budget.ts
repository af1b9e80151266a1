import { setTimeout as sleep } from "node:timers/promises";
import type { Tools } from "./collector.ts";

/** How fast a system may be asked. One budget belongs to one system, whatever number of addresses it has. */
export interface Budget {
  /** Resolves when one more request may go out. */
  take(): Promise<void>;
}

/**
 * A bucket of `burst` requests that refills at `perSecond`. It fills by the clock the vendor lives by: beside a
 * sandbox that plays a month in minutes, a limit per second is a limit per simulated second. Real time also fills
 * it, so that a paused clock delays a poll and never stops it.
 */
export function createBudget(
  limit: { perSecond: number; burst?: number },
  { clock, wait = sleep }: Pick<Tools, "clock" | "wait">,
): Budget {
  const burst = limit.burst ?? Math.max(1, limit.perSecond);
  let left = burst;
  let filledAt = { vendor: clock.now().getTime(), real: Date.now() };
  const fill = () => {
    const now = { vendor: clock.now().getTime(), real: Date.now() };
    const elapsed = Math.max(0, now.vendor - filledAt.vendor, now.real - filledAt.real);
    left = Math.min(burst, left + (elapsed / 1000) * limit.perSecond);
    filledAt = now;
  };
  return {
    async take() {
      fill();
      // Taking before waiting keeps requests in the order they asked.
      left -= 1;
      if (left < 0) await wait((-left / limit.perSecond) * 1000);
    },
  };
}
