import type { Estate } from "../../schemas/estate/estate.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import { timeText } from "./time-text.ts";

/** Systems nobody can read now: id → since when and why, as a sentence. */
export type Blind = ReadonlyMap<string, string>;

export function blindSystems(estate: Estate, collectors: readonly CollectorRow[]): Blind {
  const blind = new Map<string, string>();
  for (const collector of collectors) {
    const text = blindText(estate, collector);
    if (text !== null) blind.set(collector.system, text);
  }
  return blind;
}

/** Null while the system can be read, if with difficulty. */
export function blindText(estate: Estate, collector: CollectorRow): string | null {
  const unread = collector.state === "down" || (collector.state === "degraded" && needsCredentials(collector));
  if (!unread) return null;
  const since = collector.sinceAt ? ` since ${timeText(collector.sinceAt, estate.estate.zone)}` : "";
  const said = collector.reason?.replace(/\.$/, "");
  const reason = needsCredentials(collector) ? ": it refuses Tieout’s credentials" : said ? `: ${said}` : "";
  return `${collector.title} cannot be read${since}${reason}.`;
}

/** Whether a person must renew or grant something before the system can be read again. */
export function needsCredentials({ reasonCode }: CollectorRow): boolean {
  return reasonCode === "unauthorized" || reasonCode === "forbidden";
}
