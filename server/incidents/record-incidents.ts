import { v7 as uuidv7 } from "uuid";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import {
  liveIncidents,
  lockIncidents,
  openIncident,
  writeIncident,
  type StoredIncident,
} from "../store/postgres/incidents.ts";
import { keepVersions, tellChange, writeExceptions } from "../store/postgres/incidents-history.ts";
import type { Asking } from "../store/postgres.ts";
import { announce } from "./announce.ts";
import type { FoundIncidents } from "./find-incidents.ts";
import { namedExceptions } from "./findings.ts";
import { foldIncidents, returnsFrom, type Folded } from "./fold-incidents.ts";

export type RecordContext = Pick<Context, "postgres" | "enqueue" | "handles">;

/**
 * Writes incidents on by what was found, with every change others are told of. Several processes do so one after the
 * other, each from what the one before it left. Answers how many were written.
 *
 * @param moved causes whose exceptions are others than when they were written last
 */
export async function recordIncidents(
  ctx: RecordContext,
  found: FoundIncidents,
  moved: ReadonlySet<string>,
): Promise<number> {
  // Most looks find nothing new; they must not wait for each other.
  const before = await ctx.postgres.ask(liveIncidents, { resolvedSince: returnsFrom(found.now) });
  if (moved.size === 0 && foldIncidents(before, found, uuidv7).length === 0) return 0;
  return ctx.postgres.transaction(async (tx) => {
    await tx.ask(lockIncidents, {});
    const known = await tx.ask(liveIncidents, { resolvedSince: returnsFrom(found.now) });
    const folded = foldIncidents(known, found, uuidv7);
    const changes: Record<string, unknown>[] = [];
    const written = new Set<string>();
    const kept: string[] = [];
    for (const each of folded) {
      const stored = await write(tx, each);
      // Another process opened it this very moment; what it lacks is added at the next look.
      if (!stored) continue;
      written.add(stored.causeKey);
      kept.push(stored.id);
      await writeNamed(tx, stored, found);
      if (each.told) changes.push(await tell(tx, stored, each.told, found.now));
    }
    await tx.ask(keepVersions, { incidents: kept, at: found.now });
    for (const standing of known) {
      if (standing.state === "resolved" || written.has(standing.causeKey) || !moved.has(standing.causeKey)) continue;
      await writeNamed(tx, standing, found);
    }
    if (changes.length > 0) {
      await announce(ctx, tx);
      const at = new Date(found.now);
      await record(tx, { at, actor: TIEOUT, action: "incident.find", subject: "incidents", detail: { changes } });
    }
    return folded.length;
  });
}

async function write(tx: Asking, { next, isNew }: Folded): Promise<StoredIncident | undefined> {
  const [stored] = isNew ? await tx.ask(openIncident, next) : await tx.ask(writeIncident, next);
  return stored;
}

async function writeNamed(tx: Asking, { id, causeKey, state }: StoredIncident, found: FoundIncidents): Promise<void> {
  const group = state === "resolved" ? undefined : found.groups.get(causeKey);
  await tx.ask(writeExceptions, { incident: id, at: found.now, exceptions: group ? namedExceptions(group) : [] });
}

async function tell(
  tx: Asking,
  { id, number, severity, causeKey }: StoredIncident,
  { change, text, detail }: NonNullable<Folded["told"]>,
  at: string,
): Promise<Record<string, unknown>> {
  const by = { byId: TIEOUT.id, byName: TIEOUT.name };
  await tx.ask(tellChange, { incident: id, change, at, ...by, severity, text, detail });
  return { incident: id, number, change, severity, cause: causeKey, text };
}
