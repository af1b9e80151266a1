import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import { quotedWords } from "../../reconcile/quoted-words.ts";
import { signatureOf } from "../cause-key.ts";
import type { OpenException } from "../open-exception.ts";

/** A job outside every flow whose latest run failed. */
export interface LooseRun {
  run: { jobNamespace: string; jobName: string; runId: string; error: string; endedAt: string };
  /** The estate's system of its namespace; null for one it does not know. */
  system: string | null;
}

/** Jobs that stand in no flow and failed: nothing is known of what they hold, so they stay within the period. */
export function looseRunExceptions(runs: readonly LooseRun[]): OpenException[] {
  return runs.map(({ run, system }): OpenException => {
    const { class: of, owner } = EXCEPTION_TABLE["job-failed"];
    const { jobNamespace, jobName, runId, endedAt } = run;
    const said = signatureOf(run.error, null);
    const title = `${jobName} failed`;
    const words = { title, text: `${title}${run.error ? `: ${quotedWords(run.error)}` : ""}. It is part of no flow.` };
    return {
      key: `loose.${jobNamespace}.${jobName}`,
      causeKey: said.includes(" ")
        ? `job-failed.${system ?? jobNamespace}.${said}`
        : `job-failed.${jobNamespace}.${jobName}`,
      ...{ kind: "run", code: "job-failed", class: of, severity: "S3", ownerRole: owner, title },
      ...{ system, dataset: null, flow: null, entity: null, period: null, job: jobName, runId },
      ...{ correlationId: null, detail: run.error || null, amount: null, currency: null },
      sinceAt: new Date(endedAt.endsWith("Z") ? endedAt : `${endedAt}Z`).toISOString(),
      ...{ brings: null, suffers: "run", echo: false, dueAt: null, milestones: [], hold: null },
      told: { words: { finance: words, engineering: words } },
    };
  });
}
