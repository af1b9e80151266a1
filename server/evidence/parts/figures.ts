import {
  evidenceChecks,
  evidenceEvents,
  evidenceExtracts,
  evidenceLineage,
  evidenceRuns,
  evidenceTotals,
} from "../../store/clickhouse/evidence.ts";
import { defineEvidencePart, texts } from "../part.ts";

export const controlTotals = defineEvidencePart({
  name: "control-totals",
  title: "Control totals",
  about: "Every count, debit, credit and net a run reported, at every hop, with the run and the event that said so.",
  needs: "board:read",
  rows: evidenceTotals,
  columns: {
    ...texts("namespace", "dataset", "entity", "period", "version", "ledger", "account", "currency", "measure"),
    value: "amount",
    asOf: "instant",
    toldAt: "instant",
    ...texts("runId", "correlationId", "eventId"),
  },
  sums: { column: "value", by: ["namespace", "dataset", "measure", "currency"] },
});

export const runs = defineEvidencePart({
  name: "runs",
  title: "Runs",
  about: "The runs that read or filled what is in scope, as far as their events had come in by then.",
  needs: "run:read",
  rows: evidenceRuns,
  columns: {
    ...texts("jobNamespace", "job", "runId", "state"),
    startedAt: "instant",
    lastEventAt: "instant",
    ...texts("attempt", "correlation", "outcome", "exceptions", "error"),
  },
});

export const events = defineEvidencePart({
  name: "events",
  title: "Original events",
  about: "The events themselves, byte for byte as they came in.",
  needs: "run:raw",
  rows: evidenceEvents,
  columns: {
    ...texts("eventId"),
    receivedAt: "instant",
    eventTime: "instant",
    ...texts("eventType", "door", "source", "producer", "jobNamespace", "job", "runId", "raw"),
  },
  long: ["raw"],
});

export const lineage = defineEvidencePart({
  name: "lineage",
  title: "Lineage",
  about: "What fed what, as it was known on the day of the pack, and when it was first and last seen.",
  needs: "run:read",
  rows: evidenceLineage,
  columns: {
    ...texts("origin", "destination", "how", "job", "producer"),
    firstSeenAt: "instant",
    lastSeenAt: "instant",
  },
});

export const checks = defineEvidencePart({
  name: "checks",
  title: "Reconciliations run",
  about: "Every check with the rule, mappings and rates it applied, what it rested on and what it found.",
  needs: "board:read",
  rows: evidenceChecks,
  columns: {
    ...texts("id"),
    checkedAt: "instant",
    ...texts("trigger", "rule", "ruleVersion", "entity", "period", "state", "firstOff"),
    difference: "amount",
    ...texts("currency", "breaks", "canary", "verdictDigest", "question", "inputs", "basis"),
  },
  long: ["question", "inputs", "basis"],
});

export const lineExtracts = defineEvidencePart({
  name: "line-extracts",
  title: "Line extracts",
  about: "The files of lines that were handed in, by their SHA-256.",
  needs: "board:read",
  rows: evidenceExtracts,
  columns: {
    ...texts("dataset", "entity", "period", "version", "runId", "part", "load"),
    asOf: "instant",
    ...texts("format", "sha256"),
    receivedAt: "instant",
    ...texts("receivedFrom", "state", "reason", "rows", "flaws"),
  },
});
