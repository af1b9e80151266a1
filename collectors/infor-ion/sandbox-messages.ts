import type { SimRun, World } from "../sandbox.ts";
import type { Settings } from "./settings.ts";
import { jobNamed } from "../declared-job.ts";

/** OneView: messages, and what happened to them. Messages replayed from outside go by the id they were given. */
export function oneView(world: World, system: string, settings: Settings) {
  const keyOf = new Map<string, string>();
  const idOf = new Map<string, string>();
  const id = (run: SimRun) => idOf.get(run.key) ?? run.key;
  const run = (messageId: string) => world.run(system, keyOf.get(messageId) ?? messageId);
  const typeOf = (each: SimRun) => jobNamed(settings.jobs, each.job)?.job.documentType ?? "Sync.Other";

  const message = (each: SimRun) => ({
    message_id: id(each),
    document_type: typeOf(each),
    document_name: `Period ${each.period}, batch ${each.correlationId ?? "none"}`,
    document_sent_from: "lid://infor.fsm.1",
    document_sent_to: "lid://infor.ims.epm",
    message_date: iso(each.queuedAt),
    document_size: each.rowsRead * 240,
    [settings.accountingEntity]: each.entity,
  });
  const events = (each: SimRun) =>
    timeline(world, each).map(({ type, at, description }) => ({
      ...{ message_id: id(each), document_type: typeOf(each), description },
      [settings.events.type]: type,
      [settings.events.date]: iso(at),
    }));

  return {
    run,
    /** The rows of a store a filter asks for, oldest first; null for a filter it does not understand. */
    found(store: string, filter: string): object[] | null {
      const rowsOf = store === "Message" ? (each: SimRun) => [message(each)] : events;
      const one = /^message_id eq '((?:[^']|'')*)'$/.exec(filter);
      if (one) {
        const known = run(one[1]!);
        return known ? rowsOf(known) : [];
      }
      const date = store === "Message" ? "message_date" : settings.events.date;
      const range = new RegExp(`^\\(([^)]*)\\) and ${date} range \\[([^,]+), ([^\\]]+)\\]$`).exec(filter);
      if (!range) return null;
      const types = new Set([...range[1]!.matchAll(/document_type eq '([^']*)'/g)].map(([, type]) => type));
      const [from, to] = [range[2]!, range[3]!];
      return world
        .runs(system)
        .filter((each) => types.has(typeOf(each)))
        .flatMap((each) => rowsOf(each) as Record<string, string>[])
        .filter((row) => row[date]! >= from && row[date]! <= to)
        .sort((one_, other) => (one_[date]! < other[date]! ? -1 : 1));
    },
    alias(messageId: string, key: string): void {
      keyOf.set(messageId, key);
      idOf.set(key, messageId);
    },
  };
}

function timeline(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const events = [{ type: "Message entered ION", at: run.queuedAt, description: "Received from lid://infor.fsm.1" }];
  if (phase === "queued") return events;
  const begun = Math.max(run.startedAt, run.queuedAt + 1);
  events.push({ type: "Message sent to application connector", at: begun, description: "" });
  if (phase !== "ended") return events;
  const at = Math.max(run.endedAt, begun + 1);
  if (run.outcome === "failed") {
    events.push({ type: "Message failed", at, description: run.error?.message ?? "Delivery failed" });
  } else if (run.outcome === "aborted") {
    events.push({ type: "Message purged", at, description: "Purged by an administrator" });
  } else {
    events.push({ type: "Message delivered by application connector", at, description: "" });
  }
  return events;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
