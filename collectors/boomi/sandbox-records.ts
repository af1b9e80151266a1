import { Big } from "big.js";
import type { SimRejection, SimRun, World } from "../sandbox.ts";
import type { Settings } from "./settings.ts";

export type Expression =
  | { operator: "and" | "or"; nestedExpression: Expression[] }
  | { property: string; operator: string; argument: string[] };

/** Whether a record passes a query's filter; the operators the platform's tables of filters name most. */
export function matches(record: Record<string, unknown>, expression: Expression): boolean {
  if ("nestedExpression" in expression) {
    const each = (nested: Expression) => matches(record, nested);
    return expression.operator === "or"
      ? expression.nestedExpression.some(each)
      : expression.nestedExpression.every(each);
  }
  const value = record[expression.property];
  const [argument = ""] = expression.argument;
  if (value === undefined || value === null) return expression.operator === "IS_NULL";
  const text = String(value);
  switch (expression.operator) {
    case "EQUALS":
      return text === argument;
    case "GREATER_THAN_OR_EQUAL":
      return text >= argument;
    case "BETWEEN":
      return text >= argument && text <= (expression.argument[1] ?? "");
    default:
      return false;
  }
}

const ENDS: Record<SimRun["outcome"], string> = {
  complete: "COMPLETE",
  partial: "COMPLETE_WARN",
  held: "COMPLETE",
  failed: "ERROR",
  aborted: "ABORTED",
};

export function executionRecord(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const ended = phase === "ended";
  const moved = ended && run.outcome !== "failed";
  return {
    "@type": "ExecutionRecord",
    executionId: run.key,
    account: "acme-XYZ123",
    executionTime: seconds(run.queuedAt),
    recordedDate: ended ? seconds(run.endedAt) : seconds(run.queuedAt),
    status: ended ? ENDS[run.outcome] : phase === "queued" ? "STARTED" : "INPROCESS",
    executionType: run.trigger === "schedule" ? "exec_sched" : "exec_manual",
    processName: run.job,
    processId: processIdOf(run.job),
    atomName: "PROD-01",
    atomId: "05362201-cf51-4fef-95eb-ae1f0b8e7273",
    inboundDocumentCount: moved ? run.rowsRead : 0,
    inboundErrorDocumentCount: moved ? run.rowsRejected : 0,
    outboundDocumentCount: moved ? run.rowsWritten : 0,
    executionDuration: ["Long", ended ? run.endedAt - run.startedAt : 0],
    inboundDocumentSize: ["Long", moved ? run.rowsRead * 120 : 0],
    message: ended && run.outcome === "failed" ? (run.error?.message ?? "") : "",
    topLevelExecutionId: null,
  };
}

const REASONS: Record<SimRejection["kind"], (rejection: SimRejection) => string> = {
  "unmapped-member": ({ dimension, member }) => `Cross reference lookup: no mapping for ${dimension} "${member}"`,
  "invalid-combination": ({ dimension, member }) => `The combination of ${dimension} "${member}" is not valid`,
  "period-closed": ({ member }) => `The period ${member} is closed`,
};

/** What passed the connectors of an execution: the batch's own document, and one for each row refused. */
export function documentRecord(world: World, run: SimRun, names: Settings["tracked"]): object[] {
  const { phase } = world.phase(run);
  const of = { "@type": "GenericConnectorRecord", executionId: run.key, retryable: true };
  const field = (pairs: Record<string, string | null>) => ({
    field: Object.entries(pairs).flatMap(([name, value]) => (value === null ? [] : [{ name, value }])),
  });
  const delivered = phase === "ended" ? world.delivered(run) : null;
  const sum = (measure: "debit" | "credit" | "net") =>
    delivered && delivered.accounts.reduce((total, account) => total.plus(account[measure]), new Big(0)).toFixed(2);
  const batch = {
    ...{ ...of, id: `${run.key}-0`, status: "SUCCESS", startShape: true },
    trackedFields: field({
      [names.entity]: run.entity,
      [names.period]: run.period,
      [names.correlationId]: run.correlationId,
      [names.snapshotAsOf]: run.snapshotAsOf === null ? null : new Date(run.snapshotAsOf).toISOString(),
      [names.currency]: delivered?.currency ?? null,
      [names.count]: delivered && String(delivered.accounts.reduce((total, { count }) => total + count, 0)),
      [names.debit]: sum("debit"),
      [names.credit]: sum("credit"),
      [names.net]: sum("net"),
    }),
  };
  const refused =
    phase === "ended"
      ? run.rejections.flatMap((rejection) => Array<SimRejection>(rejection.count).fill(rejection))
      : [];
  return [
    batch,
    ...refused.map((rejection, index) => ({
      ...{ ...of, id: `${run.key}-${index + 1}`, status: "ERROR", errorMessage: REASONS[rejection.kind](rejection) },
    })),
  ];
}

/** The same for the same process, as a component's id is. */
function processIdOf(job: string): string {
  const hex = Buffer.from(job.padEnd(16, "-")).toString("hex").slice(-32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Without milliseconds, as the platform writes times. */
function seconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
