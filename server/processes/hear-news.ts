import type { FactsInMemory } from "../facts/facts.ts";
import { examineAgain } from "../ingest/examine.ts";
import type { Rooms } from "../rooms.ts";
import { eventsNamed } from "../store/clickhouse/events.ts";
import type { TopicName } from "../../schemas/topic.ts";
import type { Body } from "./news.ts";

export interface HearDeps {
  rooms: Pick<Rooms, "ctx" | "checkpoints" | "incidents">;
  facts: Pick<FactsInMemory, "apply">;
  /** Draws a topic again for this process's own consoles, and tells nobody. */
  touchHere(topic: TopicName): void;
  dismissHere(actor: string): void;
  /** Reads a system soon, where this process is the one that reads it. */
  hurryHere(system: string): void;
  /** Requests go on with the runs another heard of: what started them may have been known here alone. */
  follow(runIds: Iterable<string>): void;
  /** Reads what is known again from the tables. */
  reread(): Promise<void>;
}

/** Takes in what another process accepted, so that this one knows the same, and draws its boards again. */
export function hearNews(deps: HearDeps): (body: Body) => Promise<void> {
  const { rooms, facts, touchHere, dismissHere, hurryHere, follow, reread } = deps;
  const { ctx, checkpoints, incidents } = rooms;
  return async ({ events, topics, quarantined, dismissed, hurried, reread: tooMany }) => {
    if (tooMany) await reread();
    if (events.length > 0) {
      const unique = (pick: (name: (typeof events)[number]) => string) => [...new Set(events.map(pick))];
      const stored = await ctx.clickhouse.ask(eventsNamed, {
        jobNamespaces: unique(({ jobNamespace }) => jobNamespace),
        jobNames: unique(({ jobName }) => jobName),
        runIds: unique(({ runId }) => runId),
        eventIds: unique(({ eventId }) => eventId),
      });
      const rows = stored.flatMap((event) => {
        const examined = examineAgain(event);
        return examined.ok ? examined.row : [];
      });
      facts.apply(rows);
      ctx.lineage.apply(rows);
      follow(rows.filter(({ kind }) => kind === "run").map(({ runId }) => runId));
      checkpoints.arrived();
      if (rows.some(({ eventType }) => eventType === "FAIL" || eventType === "ABORT")) incidents.news();
      else incidents.look();
      for (const topic of ["close", "line", "flows", "readiness", "impact"] as const) touchHere(topic);
    }
    if (quarantined) incidents.news();
    // What was judged there goes by the ids it was written under.
    if (topics.includes("reconcile")) await checkpoints.load();
    for (const topic of topics) touchHere(topic);
    for (const actor of dismissed) dismissHere(actor);
    for (const system of hurried) hurryHere(system);
  };
}
