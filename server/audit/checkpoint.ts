import { auditCheckpoints, insertCheckpoint, openSubtrees } from "../store/postgres/audit.ts";
import type { Asking } from "../store/postgres.ts";
import { logKey } from "./log-key.ts";
import { EMPTY_ROOT, nodeHash } from "./merkle.ts";
import { checkpointText } from "./signed-note.ts";

/** The log as it was signed at one size. */
export interface Checkpoint {
  size: number;
  /** In hexadecimal; the note has it in base64. */
  root: string;
  /** The signed note, as C2SP's tlog-checkpoint specifies it. */
  note: string;
  signedAt: string;
}

/** Signs the log as it stands; what was signed at this size already is answered again. */
export async function signCheckpoint(store: Asking, keyFile: string): Promise<Checkpoint> {
  const open = await store.ask(openSubtrees, {});
  const size = open.at(-1)?.sequence ?? 0;
  const [last] = await store.ask(auditCheckpoints, { before: null, limit: 1 });
  if (last?.size === size) return last;
  const root = open.length === 0 ? EMPTY_ROOT : open.map(({ hash }) => hash).reduceRight((r, l) => nodeHash(l, r));
  const key = await logKey(store, keyFile);
  const checkpoint = { size, root, note: key.sign(checkpointText(key.origin, size, root)) };
  const signed = { ...checkpoint, signedAt: new Date().toISOString() };
  await store.ask(insertCheckpoint, signed);
  return signed;
}
