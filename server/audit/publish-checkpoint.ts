import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { checkpointSent, unsentCheckpoints } from "../store/postgres/audit.ts";
import { signCheckpoint, type Checkpoint } from "./checkpoint.ts";

const SEND_WITHIN = 30_000;
/** Sent in one go; the rest follows with the next checkpoint. */
const MOST_SENT = 100;

/**
 * Signs the log as it stands and says it outside: as a file of its own in the folder, which may be one that nothing can be
 * removed from, and to the address, as text. What the address did not take is sent again with the next.
 */
export async function publishCheckpoint(ctx: Pick<Context, "postgres" | "audit">): Promise<Checkpoint> {
  const { keyFile, checkpointFolder, checkpointUrl } = ctx.audit;
  const checkpoint = await signCheckpoint(ctx.postgres, keyFile);
  if (checkpointFolder) writeOnce(checkpointFolder, checkpoint);
  if (checkpointUrl) await sendUnsent(ctx, checkpointUrl);
  return checkpoint;
}

function writeOnce(folder: string, { size, note }: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, `checkpoint-${String(size).padStart(12, "0")}.txt`), note, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

async function sendUnsent({ postgres }: Pick<Context, "postgres">, url: string): Promise<void> {
  for (const { size, note } of await postgres.ask(unsentCheckpoints, { limit: MOST_SENT })) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: note,
      signal: AbortSignal.timeout(SEND_WITHIN),
    });
    await answer.body?.cancel();
    if (!answer.ok)
      throw new Error(`The address for checkpoints answered ${answer.status} to the one of ${size} entries.`);
    await postgres.ask(checkpointSent, { size, sentAt: new Date().toISOString() });
  }
}
