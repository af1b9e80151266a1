import { existsSync } from "node:fs";
import { logKeyFile } from "../audit/log-key.ts";
import { verifyAudit, type AuditVerdict } from "../audit/verify-audit.ts";
import { defineInspection, fine, notice, unseen, wrong, type Finding } from "./inspection.ts";

export interface LogReading {
  verdict: AuditVerdict;
  keyFile: string;
  keyIsThere: boolean;
  /** Whether heads are said outside, where Tieout cannot take them back. */
  toldOutside: boolean;
}

/** Whether the audit log is whole, and can go on being signed. */
export function judgeLog({ verdict, keyFile, keyIsThere, toldOutside }: LogReading): Finding[] {
  const found: Finding[] = [];
  if (verdict.intact) found.push(fine(`The log of ${verdict.entries} entries is intact; its head is ${verdict.head}.`));
  else {
    found.push(
      wrong(
        `The log is not intact from entry ${verdict.brokenAt} on. ${verdict.reason}`,
        "Stop changes, keep the database as it is and follow “The audit log does not verify” in docs/operations.md.",
      ),
    );
  }
  if (verdict.entries > 0 && !keyIsThere) {
    found.push(
      wrong(
        `The key that signs the log is not at ${keyFile}.`,
        "Bring it back from a backup, or npm run audit -- rotate-key --lost --reason <why>.",
      ),
    );
  }
  if (!toldOutside) {
    found.push(
      notice(
        "The log's heads are kept here only.",
        "Set TIEOUT_CHECKPOINT_FOLDER or TIEOUT_CHECKPOINT_URL to a place Tieout cannot change later.",
      ),
    );
  }
  return found;
}

export const auditInspection = defineInspection({
  name: "audit-log",
  title: "Audit log",
  async look({ postgres, options, environment }) {
    if (!("opened" in postgres)) return [unseen("PostgreSQL could not be asked.")];
    let keyFile: string;
    try {
      keyFile = logKeyFile(environment.TIEOUT_AUDIT_KEY_FILE, options.data);
    } catch (error) {
      return [wrong((error as Error).message, "Correct TIEOUT_AUDIT_KEY_FILE.")];
    }
    return judgeLog({
      verdict: await verifyAudit(postgres.opened),
      ...{ keyFile, keyIsThere: existsSync(keyFile) },
      toldOutside: Boolean(environment.TIEOUT_CHECKPOINT_FOLDER ?? environment.TIEOUT_CHECKPOINT_URL),
    });
  },
});
