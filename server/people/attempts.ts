import { Fault } from "../fault.ts";

const WINDOW_MILLISECONDS = 10 * 60 * 1000;
const MOST_FAILURES = 8;
/** Beyond this many addresses the oldest are forgotten, so that guessing costs no memory. */
const MOST_ADDRESSES = 10_000;

/** Counts failed sign-ins by e-mail address and refuses to try on after too many. Real time, kept in memory. */
export function createAttempts(now: () => number = Date.now) {
  const failures = new Map<string, number[]>();
  const recent = (email: string) =>
    (failures.get(email.toLowerCase()) ?? []).filter((at) => now() - at < WINDOW_MILLISECONDS);
  return {
    refuseTooMany(email: string): void {
      if (recent(email).length < MOST_FAILURES) return;
      throw new Fault("too-many-requests", "Too many failed sign-ins with this address. Try again in ten minutes.");
    },
    failed(email: string): void {
      const times = [...recent(email), now()];
      failures.delete(email.toLowerCase());
      failures.set(email.toLowerCase(), times);
      const [oldest] = failures.keys();
      if (failures.size > MOST_ADDRESSES && oldest !== undefined) failures.delete(oldest);
    },
    passed(email: string): void {
      failures.delete(email.toLowerCase());
    },
  };
}
