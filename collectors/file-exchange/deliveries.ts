import { periodNamed } from "../period-name.ts";
import type { Entry } from "./file-door.ts";
import type { Feed, Settings } from "./settings.ts";

/** A data file with what lies beside it. Its name is the run's key. */
export interface Delivery {
  name: string;
  feed: Feed;
  entity: string;
  period: string | null;
  /** The data file, under its final name or while it is still written. */
  data: Entry;
  unfinished: boolean;
  control: Entry | null;
  rejected: Entry | null;
  withdrawn: Entry | null;
}

/** What lies in the folders, by delivery, the oldest first. A file in two folders is the one changed last. */
export function deliveriesIn(entries: readonly Entry[], settings: Settings): Delivery[] {
  const byName = new Map<string, Entry>();
  for (const entry of entries.toSorted((one, other) => (one.modifiedAt < other.modifiedAt ? -1 : 1))) {
    byName.set(entry.name, entry);
  }
  const found = new Map<string, Delivery>();
  for (const entry of byName.values()) {
    const suffix = settings.unfinished.find((each) => entry.name.endsWith(each)) ?? "";
    const name = suffix ? entry.name.slice(0, -suffix.length) : entry.name;
    const told = fedBy(name, settings.feeds);
    if (!told || (suffix && byName.has(name))) continue;
    const beside = (other: string) => byName.get(other) ?? null;
    found.set(name, {
      ...{ name, ...told, data: entry, unfinished: suffix !== "" },
      control: told.feed.ready.by === "control" ? beside(told.feed.ready.file.replace("{file}", name)) : null,
      ...{ rejected: beside(`${name}${settings.rejected}`), withdrawn: beside(`${name}${settings.withdrawn}`) },
    });
  }
  return [...found.values()];
}

/** Whether nothing more will come of a delivery; `stable` files by how long they have not grown. */
export function isReady({ feed, unfinished, control, data }: Delivery, now: Date): boolean {
  if (unfinished) return false;
  if (feed.ready.by === "control") return control !== null;
  if (feed.ready.by === "rename") return true;
  return now.getTime() - Date.parse(data.modifiedAt) >= feed.ready.minutes * 60_000;
}

function fedBy(name: string, feeds: readonly Feed[]) {
  for (const feed of feeds) {
    const { entity = "", period } = patternOf(feed.file).exec(name)?.groups ?? {};
    if (patternOf(feed.file).test(name)) return { feed, entity, period: periodNamed(period) };
  }
  return null;
}

function patternOf(file: string): RegExp {
  const parts = file.split(/(\{entity\}|\{period\}|\{any\})/).map((part) => {
    if (part === "{entity}") return "(?<entity>[A-Za-z0-9]+)";
    if (part === "{period}") return "(?<period>\\d{4}-?\\d\\d)";
    return part === "{any}" ? ".*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
