import type { Role } from "../../schemas/estate/role.ts";
import type { Scope } from "../context.ts";

/** Every scope there is, and what it lets its holder do. */
export const SCOPE_TITLES: Record<Scope, string> = {
  "ingest:write": "Send events",
  "lines:write": "Hand in line extracts",
  "board:read": "See boards, flows and lines of the entities in scope",
  "run:read": "See runs and lineage",
  "run:raw": "See events as they came",
  "quarantine:read": "See input that could not be accepted",
  "quarantine:resubmit": "Correct, resubmit and discard quarantined input",
  "request:create": "Ask a system to run a load again",
  "request:read": "See requests",
  "clock:drive": "Set the demo's clock",
  "collector:read": "See collectors and their errors",
  "key:manage": "Create and revoke API keys",
  "person:manage": "Invite people and change what they may do",
  "audit:read": "Read the audit log",
  "evidence:read": "See and download evidence packs of the entities in scope",
  "evidence:build": "Build evidence packs of the entities in scope",
  "hold:manage": "Place and release legal holds",
  "signoff:read": "See sign-offs, certificates and waivers",
  "signoff:prepare": "Prepare a sign-off",
  "signoff:review": "Review a sign-off somebody else prepared",
  "signoff:certify": "Certify a sign-off two others prepared and reviewed",
  "waiver:grant": "Let a milestone or a deadline pass for a time",
  "break:explain": "Assign, explain and comment on breaks",
  "break:review": "Review breaks others explained, and settle them",
  "check:run": "Run reconciliations now and recompute their results",
  "incident:read": "See incidents, in the words of the role",
  "incident:act": "Acknowledge, assign, put aside and resolve incidents",
};

export const SCOPES = Object.keys(SCOPE_TITLES) as Scope[];

/** The clock can be driven only where the systems are played, so there everybody may. */
const SEES: readonly Scope[] = [
  "board:read",
  "run:read",
  "request:read",
  "signoff:read",
  "incident:read",
  "clock:drive",
];

/** What each role may do, whole. Entity scope narrows it further. */
export const ROLE_SCOPES: Record<Role, readonly Scope[]> = {
  controller: [
    ...SEES,
    "request:create",
    "signoff:prepare",
    "signoff:review",
    "signoff:certify",
    "waiver:grant",
    "break:explain",
    "break:review",
    "check:run",
    "incident:act",
    "collector:read",
    "quarantine:read",
    "audit:read",
    "evidence:read",
    "evidence:build",
    "hold:manage",
  ],
  accountant: [
    ...SEES,
    "request:create",
    "signoff:prepare",
    "signoff:review",
    "break:explain",
    "break:review",
    "check:run",
    "incident:act",
  ],
  analyst: [...SEES, "request:create", "signoff:prepare", "break:explain", "check:run", "incident:act"],
  engineer: [
    ...SEES,
    "run:raw",
    "request:create",
    "quarantine:read",
    "quarantine:resubmit",
    "collector:read",
    "incident:act",
  ],
  platform: [
    ...SEES,
    "run:raw",
    "quarantine:read",
    "quarantine:resubmit",
    "collector:read",
    "key:manage",
    "person:manage",
    "audit:read",
    "incident:act",
  ],
  auditor: [
    ...SEES,
    "run:raw",
    "check:run",
    "quarantine:read",
    "collector:read",
    "audit:read",
    "evidence:read",
    "evidence:build",
  ],
  cfo: [...SEES, "signoff:certify", "evidence:read"],
};
