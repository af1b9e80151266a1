import type { AuditEntry, AuditProven } from "../../schemas/wire/audit.ts";
import { listed } from "./money.ts";

/** Acts that no verb and noun of their own tell well. */
const ACTS: Record<string, string> = {
  "access.review": "exported who may do what",
  "alert.fail": "could not send an alert",
  "alert.send": "sent an alert",
  "break.check": "compared control totals",
  "delegation.end": "took a delegation back",
  "delegation.give": "named a stand-in",
  "incident.find": "judged incidents",
  "lines.hand-in": "handed in lines",
  "person.drop-second-factor": "took a second factor away",
  "person.end-session": "ended a session",
  "person.end-sessions": "ended every session of a person",
  "person.follow-groups": "followed the provider’s groups",
  "retention.drop": "dropped what retention lets go",
  "role.end": "ended a taken role",
  "role.take": "took another role",
  "silence.create": "silenced messages",
  "silence.expire": "ended a silence",
};
const NOUNS: Record<string, string> = {
  "audit-key": "log key",
  run: "run",
  signoff: "sign-off",
  request: "sync or replay",
  check: "reconciliation",
};
const VERBS: Record<string, string> = {
  add: "invited",
  "change-duty": "changed what may be done by",
  create: "made",
  rotate: "rotated",
  load: "loaded a new version of",
  read: "read",
  request: "asked for",
  seal: "sealed",
  download: "downloaded",
  place: "placed",
  release: "released",
  prepare: "prepared",
  review: "reviewed",
  certify: "certified",
  withdraw: "withdrew",
  suspend: "suspended",
  grant: "granted",
  expire: "saw the end of",
  check: "compared",
  recompute: "recomputed",
  comment: "commented on",
  attach: "added a file to",
  revoke: "revoked",
  remove: "removed",
  resubmit: "resubmitted",
  discard: "discarded",
  dispatch: "started",
  acknowledge: "took on",
  approve: "agreed to",
  assign: "handed over",
  cancel: "cancelled",
  explain: "explained",
  note: "remarked on",
  pause: "paused",
  reject: "refused",
  reopen: "reopened",
  report: "reported on",
  resolve: "resolved",
  resume: "resumed",
  settle: "settled",
  snooze: "put aside",
  wake: "woke",
  completed: "saw completed",
  failed: "saw failed",
};

/** An act in words: `break.explain` → `explain break`. */
export function actWords(action: string): string {
  const [noun = "", verb = ""] = action.split(".");
  if (ACTS[action]) return ACTS[action];
  return `${VERBS[verb] ?? verb} ${NOUNS[noun] ?? noun}`.trim();
}

const TELLING = ["title", "name", "entity", "period", "milestone", "flow", "reason", "text"];

/** What an entry is about in a line: what its detail says of entity, period and reason, of people and of what changed. */
export function aboutWords({ subject, detail }: Pick<AuditEntry, "subject" | "detail">): string {
  const said = TELLING.flatMap((key) => textsOf([detail], key));
  const changes = Array.isArray(detail.changes) ? detail.changes : [];
  said.push(...new Set(changes.flatMap((each) => textsOf([each], "text", "act").slice(0, 1))));
  const people = new Set(Array.isArray(detail.to) ? textsOf(detail.to, "name") : []);
  if (people.size > 0) said.push(`to ${listed([...people])}`);
  return said.join(" · ") || subject.replace(/^([a-z-]+):([0-9a-f]{8})-[0-9a-f-]{27}$/, "$1 $2…");
}

/** What things say under some names, where it is text. */
function textsOf(things: readonly unknown[], ...names: string[]): string[] {
  return things.flatMap((thing) => {
    const values = names.map((name) => (thing as Record<string, unknown> | null)?.[name]);
    return values.filter((value): value is string => typeof value === "string" && value !== "");
  });
}

/** Bytes as people say them. */
export function sizeWords(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let [value, at] = [bytes, 0];
  for (; value >= 1000 && at < units.length - 1; at += 1) value /= 1000;
  return `${at === 0 ? value : value.toPrecision(3)} ${units[at]}`;
}

/**
 * Walks an entry's proof in the browser: whether its text leads to the root of the checkpoint (RFC 9162, section 2.1.3.2).
 * Shares nothing with the server that made it.
 */
export async function provesEntry({ text, proof }: Pick<AuditProven, "text" | "proof">): Promise<boolean> {
  let hash = await sha256(new Uint8Array([0, ...new TextEncoder().encode(text)]));
  let at = BigInt(proof.sequence - 1);
  let last = BigInt(proof.size - 1);
  for (const step of proof.path) {
    if (last === 0n) return false;
    if (at % 2n === 1n || at === last) {
      hash = await nodeOf(step, hash);
      for (; at % 2n === 0n && at !== 0n; at /= 2n) last /= 2n;
    } else {
      hash = await nodeOf(hash, step);
    }
    at /= 2n;
    last /= 2n;
  }
  return last === 0n && hash === proof.root;
}

async function nodeOf(left: string, right: string): Promise<string> {
  return sha256(new Uint8Array([1, ...bytesOf(left), ...bytesOf(right)]));
}

function bytesOf(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
