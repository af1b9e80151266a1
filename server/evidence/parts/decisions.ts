import { evidenceBreaks, evidenceIncidents, evidenceRequests } from "../../store/postgres/evidence-as-known.ts";
import {
  evidenceAlerts,
  evidenceBreakFiles,
  evidenceBreakSteps,
  evidenceIncidentChanges,
  evidenceSignoffs,
  evidenceWaivers,
} from "../../store/postgres/evidence.ts";
import { defineEvidencePart, texts } from "../part.ts";

export const breaks = defineEvidencePart({
  name: "breaks",
  title: "Breaks",
  about: "Differences somebody had to explain, and what had become of them by then.",
  needs: "board:read",
  rows: evidenceBreaks,
  columns: {
    ...texts("id", "rule", "ruleVersion", "hop", "entity", "period", "version", "ledger", "account", "currency"),
    amount: "amount",
    ...texts("unit"),
    unexplained: "amount",
    ...texts("material", "cause", "causeText", "state", "present"),
    firstSeenAt: "instant",
    lastSeenAt: "instant",
    ...texts("runId", "correlationId", "mappingVersion", "assignee", "explanation", "review", "settlement", "parent"),
    ...texts("reopened"),
  },
  sums: { column: "amount", by: ["rule", "currency", "unit"] },
});

export const breakSteps = defineEvidencePart({
  name: "break-steps",
  title: "Steps of breaks",
  about: "Who did what to each break, when, and why.",
  needs: "board:read",
  rows: evidenceBreakSteps,
  columns: {
    ...texts("breakId"),
    at: "instant",
    ...texts("byId", "byName", "act", "fromState", "toState"),
    amount: "amount",
    ...texts("text"),
  },
});

export const breakFiles = defineEvidencePart({
  name: "break-files",
  title: "Files kept with breaks",
  about: "What was attached to breaks, by whom and when, by its SHA-256.",
  needs: "board:read",
  rows: evidenceBreakFiles,
  columns: { ...texts("id", "breakId"), at: "instant", ...texts("byId", "byName", "name", "mediaType", "sha256") },
});

export const signoffs = defineEvidencePart({
  name: "signoffs",
  title: "Sign-offs",
  about: "Each signature with the role it was given in, and the digest and content it was put under.",
  needs: "signoff:read",
  rows: evidenceSignoffs,
  columns: {
    ...texts("id", "entity", "period", "milestone", "title", "close", "round", "state", "digest", "step", "signedBy"),
    ...texts("role", "statement"),
    signedAt: "instant",
    endedAt: "instant",
    ...texts("reason", "content"),
  },
  long: ["content"],
});

export const waivers = defineEvidencePart({
  name: "waivers",
  title: "Waivers",
  about: "What was let pass, by whom, why and until when.",
  needs: "signoff:read",
  rows: evidenceWaivers,
  columns: {
    ...texts("id", "waives", "entity", "period", "milestone", "reason", "grantedBy"),
    grantedAt: "instant",
    expiresAt: "instant",
    ...texts("state"),
    endedAt: "instant",
    ...texts("endedBy", "endReason"),
  },
});

export const requests = defineEvidencePart({
  name: "requests",
  title: "Syncs and replays",
  about: "Loads somebody asked to be run again, who had approved them by then and what had come of it.",
  needs: "request:read",
  rows: evidenceRequests,
  columns: {
    ...texts("id", "act", "title", "flow", "entity", "period", "dataset", "reason", "state", "digest", "requestedBy"),
    requestedAt: "instant",
    changedAt: "instant",
    approvedAt: "instant",
    ...texts("correlationId", "runId", "outcome"),
  },
});

export const incidents = defineEvidencePart({
  name: "incidents",
  title: "Incidents",
  about: "What was known to have gone wrong by then, its one cause, who had it and how it had ended.",
  needs: "incident:read",
  rows: evidenceIncidents,
  columns: {
    ...texts(
      "id",
      "number",
      "code",
      "class",
      "severity",
      "state",
      "ownerRole",
      "words",
      "cause",
      "entities",
      "periods",
    ),
    ...texts("flows"),
    sinceAt: "instant",
    openedAt: "instant",
    acknowledgedAt: "instant",
    ...texts("acknowledgedBy"),
    resolvedAt: "instant",
    ...texts("resolution"),
    amount: "amount",
    ...texts("currency"),
  },
});

export const incidentChanges = defineEvidencePart({
  name: "incident-changes",
  title: "Steps of incidents",
  about: "Who did what about each incident, and when.",
  needs: "incident:read",
  rows: evidenceIncidentChanges,
  columns: {
    ...texts("incidentId", "change"),
    at: "instant",
    ...texts("byId", "byName", "severity", "text", "detail"),
  },
});

export const alerts = defineEvidencePart({
  name: "alerts",
  title: "Alerts",
  about: "Who was told of what, through which receiver, whether it arrived and when it was read.",
  needs: "incident:read",
  rows: evidenceAlerts,
  columns: {
    ...texts(
      "id",
      "incidentId",
      "occasion",
      "role",
      "route",
      "receiver",
      "recipient",
      "recipientName",
      "because",
      "state",
    ),
    madeAt: "instant",
    sentAt: "instant",
    readAt: "instant",
    ...texts("stageBecause", "act"),
    triedAt: "instant",
    ...texts("outcome", "detail", "sha256"),
  },
});
