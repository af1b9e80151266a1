import { auditCheckpoints, auditKeys, auditStretch } from "../store/postgres/audit.ts";
import type { Asking } from "../store/postgres.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { completedBy, EMPTY_ROOT, leafHash, nodeHash } from "./merkle.ts";
import { checkpointText, endorsementText, openNote } from "./signed-note.ts";

export type AuditVerdict =
  | { intact: true; entries: number; head: string; checkpoints: number }
  | { intact: false; entries: number; brokenAt: number; reason: string };

const STRETCH = 5000;

/**
 * Recomputes the whole tree from its first entry and holds every checkpoint that was ever signed against it; names the
 * first thing that does not fit. Reads a stretch at a time; `progress` is told the entries read.
 */
export async function verifyAudit(store: Asking, progress: (done: number) => void = () => {}): Promise<AuditVerdict> {
  const all = await store.ask(auditCheckpoints, { before: null, limit: 2_147_483_647 });
  const signed = all.toReversed().filter(({ size }) => size > 0);
  const keys = await store.ask(auditKeys, {});
  const open: string[] = [];
  let entries = 0;
  let checked = 0;
  const broken = (reason: string, brokenAt = entries + 1): AuditVerdict => ({
    ...{ intact: false, entries, brokenAt, reason },
  });
  const unendorsed = flawOfKeys(keys);
  if (unendorsed) return broken(unendorsed);
  for (;;) {
    const [stretch] = await store.ask(auditStretch, { after: entries, limit: STRETCH });
    if (!stretch?.entries) break;
    for (const entry of stretch.entries.split("\x1f")) {
      const sequence = entries + 1;
      const seam = entry.indexOf("\x1e");
      const body = entry.slice(seam + 1);
      if (!entry.startsWith(`${sequence} `)) return broken(`Entry ${sequence} is missing.`);
      const nodes = completedBy(sequence, leafHash(body), open);
      const kept = entry.slice(`${sequence} `.length, seam);
      if (!kept.startsWith(nodes[0]!)) return broken(`Entry ${sequence} was changed.`);
      if (kept !== nodes.join(" ")) return broken(`What entry ${sequence} completes of the tree was changed.`);
      if (!numbered(body, sequence)) return broken(`Entry ${sequence} was moved.`);
      open.splice(open.length - nodes.length + 1, nodes.length - 1, nodes.at(-1)!);
      entries = sequence;
      for (; signed[checked]?.size === entries; checked += 1) {
        const flaw = flawOf(signed[checked]!, rootOver(open), keys);
        if (flaw) return broken(flaw, entries);
      }
    }
    progress(entries);
  }
  const beyond = signed[checked];
  if (beyond) return broken(`The log ends after entry ${entries}; ${beyond.size} were signed.`);
  return { intact: true, entries, head: rootOver(open), checkpoints: signed.length };
}

/** Whether a canonical entry has this number: its keys are in order, and only its subject, a text, follows. */
function numbered(body: string, sequence: number): boolean {
  return body.startsWith(`,"sequence":${sequence},"subject":`, body.lastIndexOf(',"sequence":'));
}

function rootOver(open: readonly string[]): string {
  return open.length === 0 ? EMPTY_ROOT : open.reduceRight((right, left) => nodeHash(left, right));
}

interface Key {
  key: string;
  fromSize: number;
  endorsement: string | null;
}

function flawOf({ size, root, note }: Checkpoint, recomputed: string, keys: readonly Key[]): string | null {
  if (root !== recomputed) return `The log of ${size} entries is not the one that was signed.`;
  const signer = keys.find(({ key }) => openNote(note, key) === checkpointText(key.split("+")[0]!, size, root));
  return signer ? null : `The checkpoint of ${size} entries is not signed by a key of this log.`;
}

/** A key without an endorsement followed one that was lost, which the log itself tells of. */
function flawOfKeys(keys: readonly Key[]): string | null {
  for (const [at, { key, fromSize, endorsement }] of keys.entries()) {
    if (endorsement === null) continue;
    const before = keys[at - 1]?.key;
    const text = endorsementText(key.split("+")[0]!, fromSize, key);
    if (!before || openNote(endorsement, before) !== text)
      return `The key ${key} is not endorsed by the one before it.`;
  }
  return null;
}
