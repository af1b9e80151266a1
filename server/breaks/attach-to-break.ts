import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { BreakAttachment } from "../../schemas/wire/break.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { attachmentsOfBreak, insertAttachment } from "../store/postgres/breaks-history.ts";
import { breakInScope } from "./act-on-breaks.ts";

/** Evidence is a page or a sheet, not an archive. */
export const MOST_ATTACHMENT_BYTES = 1024 * 1024;
const MOST_ATTACHMENTS = 20;

export interface Attached {
  id: string;
  name: string;
  mediaType: string;
  content: Uint8Array;
}

/** Keeps a small file with a break; its SHA-256 stands in the audit log, so that it can be told to be the same. */
export async function attachToBreak(
  ctx: Pick<Context, "postgres" | "clock" | "touch">,
  actor: Actor,
  { id, name, mediaType, content }: Attached,
): Promise<BreakAttachment> {
  demand(actor, "break:explain");
  if (content.length === 0) throw new Fault("invalid-input", "The file is empty.");
  if (content.length > MOST_ATTACHMENT_BYTES) {
    throw new Fault("too-large", `The file is larger than ${MOST_ATTACHMENT_BYTES} bytes.`);
  }
  const at = ctx.clock.now();
  const sha256 = createHash("sha256").update(content).digest("hex");
  const attached = await ctx.postgres.transaction(async (tx) => {
    await breakInScope(tx, actor, id);
    if ((await tx.ask(attachmentsOfBreak, { breakId: id })).length >= MOST_ATTACHMENTS) {
      throw new Fault("conflict", `A break keeps at most ${MOST_ATTACHMENTS} files.`);
    }
    const [row] = await tx.ask(insertAttachment, {
      ...{ id: uuidv7(), breakId: id, at: at.toISOString(), byId: actor.id, byName: actor.name },
      ...{ name, mediaType, sha256, content: Buffer.from(content).toString("base64") },
    });
    const detail = { attachment: row!.id, name, sha256, bytes: content.length };
    await record(tx, { at, actor, action: "break.attach", subject: `break:${id}`, detail });
    return row!;
  });
  ctx.touch("breaks");
  return attached;
}
