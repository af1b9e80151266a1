import * as z from "zod";
import { Role } from "../estate/role.ts";
import { Instant } from "../instant.ts";

const Limit = z.union([z.literal("all"), z.array(z.string())]);

/** A person with what they may see, how they get in, and when they last did; all by real time. */
export const PersonAccess = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  entities: Limit,
  /** Periods an auditor is limited to. */
  periods: Limit,
  /** `credential` is a password, `oidc` the identity provider; none before a first sign-in there. */
  waysIn: z.array(z.string()),
  /** Whether a code is asked for beside the password. */
  secondFactor: z.boolean(),
  invitedAt: Instant,
  dutySince: Instant,
  lastSignInAt: Instant.nullable(),
  /** How many are open. */
  sessions: z.int(),
  /** A role taken beside their own, in force now. */
  taken: z.object({ id: z.string(), role: Role, until: Instant }).nullable(),
});
export type PersonAccess = z.infer<typeof PersonAccess>;

/** One open session of a person. */
export const PersonSession = z.object({
  id: z.string(),
  startedAt: Instant,
  endsAt: Instant,
  /** Where from and with what, as the browser said at sign-in. */
  address: z.string().nullable(),
  browser: z.string().nullable(),
});
export type PersonSession = z.infer<typeof PersonSession>;

/** An API key as it is shown: never the key itself, only a hint of it. */
export const KeyRow = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.string()),
  /** Entities it may read and speak of. */
  entities: Limit,
  /** Namespaces of jobs and datasets it may send events of, each whole or up to a `*`. */
  namespaces: Limit,
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
  revokedBy: z.string().nullable(),
});
export type KeyRow = z.infer<typeof KeyRow>;

/** A role somebody took beside their own for a time. */
export const TakenRow = z.object({
  id: z.string(),
  personId: z.string(),
  personName: z.string(),
  ownRole: Role,
  role: Role,
  reason: z.string(),
  takenAt: Instant,
  endsAt: Instant,
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
});
export type TakenRow = z.infer<typeof TakenRow>;

/** Every scope in words, which of them each role brings, and pairs nobody may hold together. */
export const RoleTable = z.object({
  scopes: z.array(z.object({ scope: z.string(), title: z.string() })),
  roles: z.array(z.object({ role: Role, title: z.string(), scopes: z.array(z.string()) })),
  apart: z.array(z.tuple([z.string(), z.string()])),
});
export type RoleTable = z.infer<typeof RoleTable>;
