import Big from "big.js";
import type { SimRejection, SimRun, World } from "../sandbox.ts";
import type { AnaplanSettings } from "./settings.ts";

/** A process is played as three steps; the second imports the rows. Shares of the run's time at which each ends. */
const STEPS = [
  { objectId: "112000000011", objectName: "Import load header", until: 0.04 },
  { objectId: "112000000034", objectName: "Import rows", until: 0.94 },
  { objectId: "117000000015", objectName: "Clear staging", until: 1 },
] as const;
export const IMPORT = STEPS[1].objectId;
const CHUNK_ROWS = 250;

const REASONS: Record<SimRejection["kind"], { type: string; text: (rejection: SimRejection) => string }> = {
  "unmapped-member": {
    type: "moduleImportInvalidListIdentifier",
    text: ({ dimension, member }) => `Item not found in list "${dimension}": "${member}"`,
  },
  "invalid-combination": {
    type: "moduleImportNoWriteAccess",
    text: ({ dimension, member }) => `Not a valid combination for "${dimension}": "${member}"`,
  },
  "period-closed": {
    type: "moduleImportInvalidTimeEntityIdentifier",
    text: ({ member }) => `The period is closed for input: "${member}"`,
  },
};

/** Runs of the world as Anaplan's tasks. */
export function taskProjection(world: World, cancelled: ReadonlySet<string>) {
  const stateOf = (run: SimRun): string => {
    const { phase } = world.phase(run);
    if (phase === "queued") return "NOT_STARTED";
    if (phase !== "ended") return cancelled.has(run.key) ? "CANCELLING" : "IN_PROGRESS";
    return run.outcome === "aborted" ? "CANCELLED" : "COMPLETE";
  };
  const head = (run: SimRun) => ({ taskId: run.key, taskState: stateOf(run), creationTime: run.queuedAt });
  return {
    head,
    detail(run: SimRun) {
      const { progress } = world.phase(run);
      const taskState = stateOf(run);
      const over = taskState === "COMPLETE" || taskState === "CANCELLED";
      const nestedResults = STEPS.flatMap((step, index) => {
        const began = STEPS[index - 1]?.until ?? 0;
        if (taskState === "NOT_STARTED" || (progress < step.until && !over)) return [];
        return [
          { ...stepOf(run, step.objectId, taskState), ...timesOf(run, began, step.until), objectName: step.objectName },
        ];
      });
      return {
        type: "taskInformation",
        ...head(run),
        currentStep: over ? "Complete." : (STEPS[nestedResults.length]?.objectName ?? "Complete."),
        progress: over ? 1 : Number(progress.toFixed(3)),
        result: {
          objectId: "118000000000",
          objectName: run.job,
          successful: taskState === "COMPLETE" && run.outcome !== "failed",
          failureDumpAvailable: run.rejections.length > 0 && over,
          ...(over && timesOf(run, 0, 1)),
          nestedResults,
        },
      };
    },
  };
}

function stepOf(run: SimRun, objectId: string, taskState: string) {
  const failed = taskState === "CANCELLED" || run.outcome === "failed";
  const successful = objectId !== IMPORT || !failed;
  const failureDumpAvailable = objectId === IMPORT && run.rejections.length > 0;
  return {
    objectId,
    successful,
    failureDumpAvailable,
    details: objectId === IMPORT ? importDetails(run, taskState) : [],
  };
}

function importDetails(run: SimRun, taskState: string) {
  if (taskState === "CANCELLED") {
    return [{ type: "msgImportCancelled", localMessageText: "Import cancelled", occurrences: 0, values: [] }];
  }
  if (run.outcome === "failed") {
    const { code = "actionFailed", message = "Process failed" } = run.error ?? {};
    const type = /^[a-z]+[A-Za-z]+$/.test(code) ? code : "actionFailed";
    return [{ type, localMessageText: message, occurrences: 1, values: [] }];
  }
  const ignored = run.rowsRead - run.rowsWritten - run.rowsRejected;
  const counts = {
    hierarchyName: "Accounts",
    successRowCount: run.rowsWritten,
    failedCount: run.rowsRejected,
    ignoredCount: Math.max(0, ignored),
    totalRowCount: run.rowsRead,
  };
  const type = run.rowsRejected > 0 ? "hierarchyRowsProcessedWithFailures" : "hierarchyRowsProcessed";
  const localMessageText = `${run.rowsWritten} (${run.rowsRejected}/${run.rowsRead}) rows successful`;
  return [{ type, localMessageText, occurrences: 0, values: Object.entries(counts).flat().map(String) }];
}

/** As Anaplan writes them: milliseconds, as text. */
function timesOf(run: SimRun, from: number, until: number) {
  const length = run.endedAt - run.startedAt;
  const startTime = run.startedAt + Math.round(length * from);
  const duration = run.startedAt + Math.round(length * until) - startTime;
  return { startTime: String(startTime), duration: String(duration) };
}

/** The refused rows as CSV in chunks, with the reason Anaplan adds to each. */
export function dumpChunks(run: SimRun, columns: AnaplanSettings["dump"]): string[] {
  const header = [columns.reason, "Entity", "Period", columns.document, columns.currency, columns.amount];
  const lines = [header, ...run.rejections.flatMap((rejection) => refusedRows(run, rejection))].map(csvLine);
  const chunks: string[] = [];
  for (let row = 0; row < lines.length; row += CHUNK_ROWS) chunks.push(lines.slice(row, row + CHUNK_ROWS).join(""));
  return chunks;
}

function refusedRows(run: SimRun, rejection: SimRejection): string[][] {
  const reason = REASONS[rejection.kind];
  const share = new Big(rejection.amount).div(rejection.count).round(2, Big.roundDown);
  return Array.from({ length: rejection.count }, (_, index) => {
    const last = index === rejection.count - 1;
    const amount = last ? new Big(rejection.amount).minus(share.times(rejection.count - 1)) : share;
    const document = rejection.documentRefs[index % Math.max(1, rejection.documentRefs.length)] ?? "";
    const text = `${reason.type}: ${reason.text(rejection)}`;
    return [text, run.entity ?? "", run.period, document, rejection.currency, amount.toFixed(2)];
  });
}

function csvLine(cells: string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
}
