import type { Actor, Context } from "../context.ts";
import { auditDoneSince } from "../store/postgres/audit.ts";
import { record } from "./record.ts";

/** Milliseconds within which reading the same thing again is the same reading: panels ask again as things change. */
const ONE_READING = 10 * 60_000;

/** Notes in the log that somebody read confidential evidence: events as they came, a file of a break, a pack. */
export async function noteRead(
  ctx: Pick<Context, "postgres" | "clock">,
  actor: Actor,
  { subject, detail = {} }: { subject: string; detail?: Record<string, unknown> },
): Promise<void> {
  const at = ctx.clock.now();
  const action = `${subject.split(":")[0]}.read`;
  const since = new Date(Date.now() - ONE_READING).toISOString();
  const asked = { actor: actor.id, action, subject, detail: JSON.stringify(detail), since };
  if ((await ctx.postgres.ask(auditDoneSince, asked)).length > 0) return;
  await ctx.postgres.transaction((tx) => record(tx, { at, actor, action, subject, detail }));
}
