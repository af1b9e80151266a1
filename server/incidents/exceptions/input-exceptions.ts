import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import type { OpenException } from "../open-exception.ts";

/** Input of one source that waits in quarantine for one reason. */
export interface WaitingInput {
  source: string;
  reason: string;
  items: number;
  sinceAt: string;
}

/** Input that could not be accepted: for each sender, one for each reason. */
export function inputExceptions(waiting: readonly WaitingInput[]): OpenException[] {
  return waiting.map(({ source, reason, items, sinceAt }): OpenException => {
    const { class: of, owner } = EXCEPTION_TABLE["contract-drift"];
    const title = `Input from ${source} cannot be accepted`;
    const words = {
      title,
      text: `${items === 1 ? "One input waits" : `${items} inputs wait`} in quarantine: ${reason}`,
    };
    return {
      key: `quarantine.${source}.${reason}`,
      causeKey: `contract-drift.quarantine.${source}`,
      ...{ kind: "input", code: "contract-drift", class: of, severity: "S3", ownerRole: owner, title },
      ...{ system: null, dataset: null, flow: null, entity: null, period: null, job: null, runId: null },
      ...{ correlationId: null, detail: reason, amount: null, currency: null, sinceAt },
      ...{ brings: null, suffers: null, echo: true, dueAt: null, milestones: [], hold: null },
      told: { words: { finance: words, engineering: words } },
    };
  });
}
