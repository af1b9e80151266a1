import type {
  AuditCheckpoint,
  AuditKey,
  AuditPage,
  AuditProven,
  AuditVerdict,
  LegalHold,
} from "../schemas/wire/audit.ts";
import type { EvidencePack, EvidencePreview, EvidenceScope } from "../schemas/wire/evidence.ts";
import { ask } from "./api.ts";

/** What a pack is asked for with; asOf null means now. */
export type PackAsked = Omit<EvidenceScope, "asOf"> & { asOf: string | null };

/** The part of the door that has to do with evidence and the audit log. */
export const evidenceApi = {
  packs: () => ask<{ packs: EvidencePack[]; next: string | null }>("GET", "/api/v1/evidence?limit=100"),
  preview: (asked: PackAsked) => ask<EvidencePreview>("POST", "/api/v1/evidence/preview", asked),
  request: (asked: PackAsked & { reason: string }) => ask<EvidencePack>("POST", "/api/v1/evidence", asked),
  file: (id: string) => `/api/v1/evidence/${encodeURIComponent(id)}/file`,
  log: (filter: Record<string, string>) => ask<AuditPage>("GET", `/api/v1/audit?${new URLSearchParams(filter)}`),
  entry: (sequence: number) => ask<AuditProven>("GET", `/api/v1/audit/entries/${sequence}`),
  keys: () => ask<{ keys: AuditKey[] }>("GET", "/api/v1/audit/keys"),
  checkpoints: () => ask<{ checkpoints: AuditCheckpoint[] }>("GET", "/api/v1/audit/checkpoints?limit=50"),
  sign: () => ask<AuditCheckpoint>("POST", "/api/v1/audit/checkpoint"),
  holds: () => ask<{ holds: LegalHold[] }>("GET", "/api/v1/audit/holds"),
  placeHold: (asked: Pick<LegalHold, "title" | "reason" | "period" | "entity" | "flow">) =>
    ask<LegalHold>("POST", "/api/v1/audit/holds", asked),
  releaseHold: (id: string, reason: string) =>
    ask<LegalHold>("POST", `/api/v1/audit/holds/${encodeURIComponent(id)}/release`, { reason }),
};

/** Has the whole log recomputed; `told` hears how many entries are done. */
export async function verifyLog(told: (done: number) => void): Promise<AuditVerdict> {
  const answer = await fetch("/api/v1/audit/verify", { headers: { accept: "application/x-ndjson" } });
  if (!answer.ok || !answer.body) throw new Error(`The server answered ${answer.status}.`);
  let rest = "";
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as { done: number } | AuditVerdict;
      if ("intact" in said) return said;
      told(said.done);
    }
  }
  throw new Error("The log was not read to its end. Try again.");
}
