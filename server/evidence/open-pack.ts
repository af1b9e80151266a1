import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import type { ReadStream } from "node:fs";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { packDownloaded } from "../store/postgres/evidence-packs.ts";
import { packFor } from "./pack-rows.ts";

export interface OpenedPack {
  /** The archive's name for whoever saves it. */
  name: string;
  bytes: number;
  sha256: string;
  stream: ReadStream;
}

/** A pack's archive, to be sent; that it was taken stands in the log before its first byte leaves. */
export async function openPack(
  ctx: Pick<Context, "postgres" | "clock" | "evidenceDirectory">,
  actor: Actor,
  id: string,
): Promise<OpenedPack> {
  demand(actor, "evidence:read");
  const { state, title, bytes, sha256, scope } = await packFor(ctx.postgres, actor, id);
  const file = join(ctx.evidenceDirectory, `${id}.zip`);
  if (state !== "ready" || bytes === null || sha256 === null) throw new Fault("conflict", "The pack is not ready yet.");
  if (!existsSync(file)) throw new Fault("not-found", "The pack’s file is no longer here. Build it again.");
  const at = ctx.clock.now();
  await ctx.postgres.transaction(async (tx) => {
    await tx.ask(packDownloaded, { id });
    const detail = { title, sha256, bytes };
    await record(tx, { at, actor, action: "evidence.download", subject: `evidence:${id}`, detail });
  });
  const name = `evidence ${[scope.period, title].filter(Boolean).join(" ")}`
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, 80);
  return { name: `${name}.zip`, bytes, sha256, stream: createReadStream(file) };
}
