import * as z from "zod";
import { Role } from "../estate/role.ts";
import { Instant, PeriodKey } from "../instant.ts";

/** prepared → reviewed → certified, each by another person; suspended: what was signed has changed since. */
export const SignoffState = z.enum(["prepared", "reviewed", "certified", "suspended", "withdrawn"]);
export type SignoffState = z.infer<typeof SignoffState>;

export const SignoffStep = z.enum(["prepare", "review", "certify"]);
export type SignoffStep = z.infer<typeof SignoffStep>;

const Person = z.object({ id: z.string(), name: z.string() });

/** One person's signature; never changed afterwards. */
export const Signature = z.object({
  step: SignoffStep,
  by: Person,
  /** What the person was when signing. */
  role: Role,
  at: Instant,
  /** What the person said to it; empty where nothing was said. */
  statement: z.string(),
});
export type Signature = z.infer<typeof Signature>;

/** One difference between what was signed and what stands now. */
export const SignoffChange = z.object({
  what: z.enum(["balance", "mapping", "rule", "rates", "explanation", "calendar", "waiver", "materiality", "period"]),
  /** `Universal journal, account 620000, net`. */
  title: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  dataset: z.string().nullable(),
});
export type SignoffChange = z.infer<typeof SignoffChange>;

/** A sign-off of one milestone for one entity and period. Rows of the topic `signoffs/{period}`, by id. */
export const SignoffRow = z.object({
  kind: z.literal("signoff"),
  id: z.string(),
  entity: z.string(),
  period: PeriodKey,
  milestone: z.string(),
  title: z.string(),
  /** soft: subledgers are shut; hard: nothing is posted any more. */
  close: z.enum(["soft", "hard"]),
  /** 1 for the first; a new one begins after a suspension or withdrawal. */
  round: z.int(),
  state: SignoffState,
  /** SHA-256 of the canonical JSON (RFC 8785) of what was signed. */
  digest: z.string(),
  signatures: z.array(Signature),
  /** The step it waits for; null once certified or ended. */
  next: SignoffStep.nullable(),
  changedAt: Instant,
  certifiedAt: Instant.nullable(),
  /** When and why it was suspended or withdrawn, and what had changed; at most 50 changes are named. */
  endedAt: Instant.nullable(),
  reason: z.string().nullable(),
  changes: z.array(SignoffChange),
  moreChanges: z.int(),
});
export type SignoffRow = z.infer<typeof SignoffRow>;

/** gate: the milestone counts as met until it expires; deadline: it is not called late until then. */
export const WaiverKind = z.enum(["gate", "deadline"]);
export type WaiverKind = z.infer<typeof WaiverKind>;

/** Something a controller lets pass for a time. */
export const Waiver = z.object({
  id: z.string(),
  waives: WaiverKind,
  entity: z.string(),
  period: PeriodKey,
  milestone: z.string(),
  reason: z.string(),
  grantedBy: Person,
  grantedAt: Instant,
  expiresAt: Instant,
  state: z.enum(["in-force", "expired", "withdrawn"]),
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
  endReason: z.string().nullable(),
});
export type Waiver = z.infer<typeof Waiver>;

/** A balance as signed: one row an account, measures as decimal strings. */
export const SignedBalance = z.object({
  ledger: z.string(),
  account: z.string(),
  currency: z.string(),
  count: z.string().optional(),
  debit: z.string().optional(),
  credit: z.string().optional(),
  net: z.string().optional(),
});
export type SignedBalance = z.infer<typeof SignedBalance>;

/** What a sign-off binds. Its canonical JSON is what the digest is of, so it can be recomputed with any tool. */
export const SignoffContent = z.object({
  schema: z.literal("tieout-signoff/1"),
  estate: z.string(),
  entity: z.string(),
  period: PeriodKey,
  milestone: z.string(),
  close: z.enum(["soft", "hard"]),
  balances: z.array(z.object({ dataset: z.string(), version: z.string(), rows: z.array(SignedBalance) })),
  /** Each by the SHA-256 of its canonical JSON as declared. */
  rules: z.array(z.object({ id: z.string(), digest: z.string() })),
  mappings: z.array(z.object({ id: z.string(), digest: z.string() })),
  rates: z.array(z.object({ id: z.string(), digest: z.string() })),
  materiality: z.string(),
  calendarVersion: z.string(),
  explanations: z.array(
    z.object({
      id: z.string(),
      rule: z.string(),
      amount: z.string(),
      unit: z.string(),
      state: z.string(),
      reason: z.string(),
      text: z.string(),
      by: z.string(),
      approvedBy: z.string().nullable(),
    }),
  ),
  /** Waivers of gates it rests on. */
  waivers: z.array(z.string()),
});
export type SignoffContent = z.infer<typeof SignoffContent>;

/** A certificate to take away: what was signed whole, who signed it, and where it stands in the audit log. */
export const Certificate = z.object({
  signoff: SignoffRow,
  /** SHA-256 of the canonical JSON of `content`. */
  digest: z.string(),
  content: SignoffContent,
  /** The audit entries of its signatures and of its end, oldest first. */
  audit: z.array(z.object({ sequence: z.int(), at: Instant, action: z.string(), actor: z.string(), hash: z.string() })),
});
export type Certificate = z.infer<typeof Certificate>;
