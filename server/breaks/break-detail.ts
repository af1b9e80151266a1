import type { BreakDetail } from "../../schemas/wire/break.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";
import { breakById } from "../store/postgres/breaks.ts";
import {
  attachmentContent,
  attachmentsOfBreak,
  commentsOfBreak,
  stepsOfBreak,
} from "../store/postgres/breaks-history.ts";
import { breakRow, type BreakReading } from "./break-rows.ts";

/** One break with all that was said and done about it. */
export async function breakDetail(ctx: BreakReading, actor: Actor, id: string): Promise<BreakDetail> {
  const row = await seen(ctx, actor, id);
  const [steps, comments, attachments] = await Promise.all([
    ctx.postgres.ask(stepsOfBreak, { breakId: id }),
    ctx.postgres.ask(commentsOfBreak, { breakId: id }),
    ctx.postgres.ask(attachmentsOfBreak, { breakId: id }),
  ]);
  return { row: breakRow(ctx, row), steps, comments, attachments };
}

/** A file kept with a break, as it was given. */
export async function breakAttachment(ctx: BreakReading, actor: Actor, id: string, attachment: string) {
  await seen(ctx, actor, id);
  const [file] = await ctx.postgres.ask(attachmentContent, { id: attachment, breakId: id });
  if (!file) throw new Fault("not-found", "There is no such file.");
  return { ...file, content: Buffer.from(file.content, "base64") };
}

async function seen(ctx: BreakReading, actor: Actor, id: string) {
  const [row] = await ctx.postgres.ask(breakById, { id });
  if (!row || !inScope(actor, row.entity) || !inPeriods(actor, row.period))
    throw new Fault("not-found", "There is no such break.");
  return row;
}
