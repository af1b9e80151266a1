import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";

/** One act of a person, a key or Tieout itself. */
export const AuditEntry = z.object({
  /** Its number in the log, from 1. */
  sequence: z.int(),
  /** By the clock verdicts are judged by, and by the real one. */
  at: Instant,
  recordedAt: Instant,
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string(), role: z.string().nullable() }),
  /** `noun.verb`. */
  action: z.string(),
  /** `kind:id`. */
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  /** The entry's leaf in the tree: SHA-256 over a zero byte and its text, in hexadecimal. */
  leaf: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditPage = z.object({ entries: z.array(AuditEntry), next: z.int().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;

/** RFC 6962's audit path, nearest first; hashes in hexadecimal. */
export const InclusionProof = z.object({
  sequence: z.int(),
  size: z.int(),
  leaf: z.string(),
  path: z.array(z.string()),
  root: z.string(),
});
export type InclusionProof = z.infer<typeof InclusionProof>;

/** RFC 6962's consistency proof; hashes in hexadecimal. */
export const ConsistencyProof = z.object({
  first: z.int(),
  second: z.int(),
  firstRoot: z.string(),
  secondRoot: z.string(),
  path: z.array(z.string()),
});

/** The log as it was signed at one size; `note` is a C2SP tlog-checkpoint. */
export const AuditCheckpoint = z.object({ size: z.int(), root: z.string(), note: z.string(), signedAt: Instant });
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;
export const AuditCheckpoints = z.object({ checkpoints: z.array(AuditCheckpoint), next: z.int().nullable() });

/** An entry with the exact text its leaf is the hash of, and its proof against the latest checkpoint that covers it. */
export const AuditProven = z.object({
  entry: AuditEntry,
  text: z.string(),
  proof: InclusionProof,
  checkpoint: AuditCheckpoint.nullable(),
});
export type AuditProven = z.infer<typeof AuditProven>;

/** A key checkpoints were signed with, as auditors keep it, and the note in which the key before it endorsed it. */
export const AuditKey = z.object({
  sequence: z.int(),
  key: z.string(),
  since: Instant,
  fromSize: z.int(),
  /** The log's size when the next key came; null for the one in force. */
  toSize: z.int().nullable(),
  endorsement: z.string().nullable(),
  reason: z.string(),
});
export type AuditKey = z.infer<typeof AuditKey>;
export const AuditKeys = z.object({ keys: z.array(AuditKey) });

export const AuditVerdict = z.object({
  intact: z.boolean(),
  entries: z.int(),
  /** The root over all entries. */
  head: z.string().optional(),
  checkpoints: z.int().optional(),
  brokenAt: z.int().optional(),
  reason: z.string().optional(),
});
export type AuditVerdict = z.infer<typeof AuditVerdict>;

/** What may not be dropped, however old, until it is released. Parts that are null stand for everything. */
export const LegalHold = z.object({
  id: z.string(),
  title: z.string(),
  reason: z.string(),
  period: PeriodKey.nullable(),
  entity: z.string().nullable(),
  flow: z.string().nullable(),
  placedBy: z.string(),
  placedAt: Instant,
  releasedBy: z.string().nullable(),
  releasedAt: Instant.nullable(),
  releaseReason: z.string().nullable(),
});
export type LegalHold = z.infer<typeof LegalHold>;
export const LegalHolds = z.object({ holds: z.array(LegalHold) });
