import { evidenceAccess, evidenceEstates, evidenceHolds, evidenceLog } from "../../store/postgres/evidence.ts";
import { defineEvidencePart, texts } from "../part.ts";

export const estateVersions = defineEvidencePart({
  name: "estate-versions",
  title: "Configuration",
  about: "Every version of rules, mappings, calendars and flows; the files of the one in force are beside it.",
  needs: "board:read",
  rows: evidenceEstates,
  columns: { ...texts("id", "estate", "hash"), loadedAt: "instant" },
});

export const access = defineEvidencePart({
  name: "access",
  title: "Access",
  about: "People and keys with their roles and scopes; every change of them is in the log.",
  needs: "audit:read",
  rows: evidenceAccess,
  columns: {
    ...texts("id", "kind", "name", "email", "role", "entities", "scopes"),
    since: "instant",
    endedAt: "instant",
  },
});

export const holds = defineEvidencePart({
  name: "legal-holds",
  title: "Legal holds",
  about: "What is kept beyond its time, who asked for it and why.",
  needs: "audit:read",
  rows: evidenceHolds,
  columns: {
    ...texts("id", "title", "reason", "period", "entity", "flow", "placedBy"),
    placedAt: "instant",
    ...texts("releasedBy"),
    releasedAt: "instant",
    ...texts("releaseReason"),
  },
});

/** The verifier knows this part by its name: each row has a proof of its own. */
export const auditLog = defineEvidencePart({
  name: "audit-log",
  title: "Audit log",
  about: "Every act that concerns the scope, the configuration or who may do what; each entry is proven by itself.",
  needs: "audit:read",
  rows: evidenceLog,
  columns: {
    ...texts("sequence"),
    at: "instant",
    recordedAt: "instant",
    ...texts("actor", "role", "action", "subject", "text"),
  },
});
