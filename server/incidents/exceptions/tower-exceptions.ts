import type { ExceptionCode } from "../../../schemas/event/facets.ts";
import { EXCEPTION_TABLE, type Severity } from "../../checks/exception-table.ts";
import type { OpenException } from "../open-exception.ts";

/** How the tower itself does; instants by the clock verdicts are judged by. */
export interface TowerHealth {
  /** Tasks that should have been taken up, and how many seconds of real time the oldest has waited. */
  tasks: { waiting: number; oldestSeconds: number };
  /** Bytes read and not yet durable. */
  unwrittenBytes: number;
  /** Why the audit log cannot be trusted; null while it can. */
  auditBroken: string | null;
}

const TASK_SECONDS = 300;
const UNWRITTEN_BYTES = 64 * 1024 * 1024;

/** What is wrong with the tower itself. */
export function towerExceptions(health: TowerHealth, now: string): OpenException[] {
  const { tasks, unwrittenBytes, auditBroken } = health;
  const found: OpenException[] = [];
  if (tasks.oldestSeconds > TASK_SECONDS) {
    const text = `${tasks.waiting} tasks wait, the oldest for ${Math.round(tasks.oldestSeconds / 60)} minutes.`;
    found.push(exceptionOf("queue-backlog", "tasks", "S2", { title: "Tieout’s own tasks are behind", text }, now));
  }
  if (unwrittenBytes > UNWRITTEN_BYTES) {
    const text = `${Math.round(unwrittenBytes / 1024 / 1024)} MB of events wait to be stored.`;
    found.push(exceptionOf("queue-backlog", "journal", "S2", { title: "Storing events is behind", text }, now));
  }
  if (auditBroken !== null) {
    const text = `${auditBroken} Stop changes, keep the data as it is and find out who could reach it.`;
    found.push(exceptionOf("duty-breach", "audit", "S1", { title: "The audit log does not verify", text }, now));
  }
  return found;
}

function exceptionOf(
  code: ExceptionCode,
  part: string,
  severity: Severity,
  words: { title: string; text: string },
  now: string,
): OpenException {
  const { class: of, owner } = EXCEPTION_TABLE[code];
  return {
    ...{ key: `tower.${part}`, causeKey: `${code}.tower.${part}`, kind: "tower", code, class: of, severity },
    ownerRole: of === "technical" ? "platform" : owner,
    ...{ title: words.title, system: null, dataset: null, flow: null, entity: null, period: null, job: null },
    ...{ runId: null, correlationId: null, detail: null, amount: null, currency: null, sinceAt: now },
    ...{ brings: null, suffers: null, echo: false, dueAt: null, milestones: [], hold: null },
    told: { words: { finance: words, engineering: words } },
  };
}
