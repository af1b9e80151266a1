import Big from "big.js";
import type { RunException } from "../../schemas/event/facets.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { AnaplanSettings } from "./settings.ts";
import type { Detail, Step, Task } from "./vendor.ts";

/** Anaplan's message types and texts for what goes wrong; the first that fits counts. */
export const RULES: readonly TextRule[] = [
  {
    pattern: /(combination)\b.*?(?:"(?<dimension>[^"]+)":\s*)?(?:"(?<member>[^"]+)")?\s*$/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern:
      /(InvalidListIdentifier|InvalidName|InvalidCode|InvalidParent|failedToLocateEntity|not found in list)\b.*?(?:"(?<dimension>[^"]+)":\s*)?(?:"(?<member>[^"]+)")?\s*$/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern:
      /(InvalidTimeEntityIdentifier|not found in calendar|period (is )?(closed|locked))\b.*?(?:"(?<member>[^"]+)")?\s*$/i,
    code: "period-closed-at-target",
    class: "business",
  },
  { pattern: /DuplicateSourceKey|DuplicateTargetKey/i, code: "duplicate-load", class: "business" },
  {
    pattern:
      /missingFields|columnSeparatorExpected|InvalidLineItemIdentifier|(Date|Number|Boolean)Format|FormatInvalid|unmatchedTextDelimiter/i,
    code: "contract-drift",
    class: "technical",
  },
  {
    pattern: /(token|password|certificate|credential)s?\b.*\b(expired|invalid|rejected)/i,
    code: "credential-expiry",
    class: "technical",
  },
  { pattern: /too many requests|rate limit|quota/i, code: "api-limit", class: "technical" },
  {
    pattern:
      /actionFailed|ImportFailed|GeneralError|internalError|connectorError|failedToLocate|NoWriteAccess|notAuthorised|NoLongerAvailable|sourceModelArchived|deleteFromSelectionFailed|process failed/i,
    code: "job-failed",
    class: "technical",
  },
];

/** Rows of a task over all its steps; null where Anaplan tells none, as for steps that import nothing. */
export function rowsOf(task: Task): { read: number; written: number; rejected: number } | null {
  const counts = stepsOf(task)
    .flatMap((step) => step.details)
    .map((detail) => pairsOf(detail))
    .filter((pairs) => pairs.totalRowCount !== undefined);
  if (counts.length === 0) return null;
  const sum = (key: string) => counts.reduce((total, pairs) => total + Number(pairs[key] ?? 0), 0);
  return { read: sum("totalRowCount"), written: sum("successRowCount"), rejected: sum("failedCount") };
}

/** Steps that keep the rows they refused; the process as a whole keeps none. */
export function dumpedSteps(task: Task): string[] {
  const steps = task.result?.nestedResults ?? [];
  return steps.flatMap((step) => (step.failureDumpAvailable && step.objectId ? step.objectId : []));
}

/** When the last finished step ended, in epoch milliseconds; Anaplan gives a task itself no end. */
export function lastStepEnd(task: Task): number | null {
  const ends = stepsOf(task).map((step) => (step.startTime === undefined ? 0 : step.startTime + (step.duration ?? 0)));
  return Math.max(0, ...ends) || null;
}

/** When the first step began, in epoch milliseconds. */
export function firstStepStart(task: Task): number | null {
  const starts = stepsOf(task).flatMap((step) => step.startTime ?? []);
  return starts.length > 0 ? Math.min(...starts) : null;
}

export function finishedSteps(task: Task): number {
  return task.result?.nestedResults.length ?? 0;
}

/** What failed steps say, in Anaplan's words. */
export function failureTexts(task: Task): string[] {
  const failed = stepsOf(task).filter((step) => !step.successful);
  const texts = failed.flatMap((step) => step.details.map(textOf)).filter((text) => text !== "");
  return [...new Set(texts)];
}

export function failureExceptions(task: Task): RunException[] {
  const texts = failureTexts(task);
  if (texts.length === 0)
    return [{ ...exceptionOf("Process failed", RULES), message: task.currentStep ?? "Process failed" }];
  return texts.map((text) => exceptionOf(text, RULES));
}

/**
 * Rows refused, as one exception for each reason: how many, their net amount by currency and the documents behind
 * them. Without a dump the counts of the steps remain.
 */
export function rejectionExceptions(
  task: Task,
  rows: readonly Record<string, string>[],
  columns: AnaplanSettings["dump"],
): RunException[] {
  if (rows.length === 0) return countedRejections(task);
  const groups = Map.groupBy(rows, (row) => `${row[columns.reason] ?? ""}\n${row[columns.currency] ?? ""}`);
  return [...groups.values()].map((group) => {
    const [first = {}] = group;
    const exception = exceptionOf(first[columns.reason] || "Anaplan refused the row without a reason.", RULES);
    const amounts = group.map((row) => decimalOf(row[columns.amount])).filter((amount) => amount !== null);
    const documents = [...new Set(group.map((row) => row[columns.document] ?? "").filter(Boolean))];
    const currency = first[columns.currency] ?? "";
    return {
      ...exception,
      count: group.length,
      ...(amounts.length > 0 && { amount: amounts.reduce((sum, amount) => sum.plus(amount), new Big(0)).toFixed() }),
      ...(currency.length === 3 && { currency }),
      ...(documents.length > 0 && { documentRef: documents.slice(0, 20).join(", ") }),
    };
  });
}

function countedRejections(task: Task): RunException[] {
  return stepsOf(task)
    .flatMap((step) => step.details)
    .filter((detail) => Number(pairsOf(detail).failedCount ?? 0) > 0)
    .map((detail) => ({ ...exceptionOf(textOf(detail), RULES), count: Number(pairsOf(detail).failedCount) }));
}

/** Text of a number in any notation as an exact decimal of at most 12 places; null for what is no number. */
export function decimalOf(text: string | null | undefined): Big | null {
  if (!text) return null;
  try {
    return new Big(text).round(12);
  } catch {
    return null;
  }
}

function stepsOf(task: Task): Step[] {
  if (!task.result) return [];
  const { nestedResults, ...whole } = task.result;
  return [...nestedResults, whole];
}

function pairsOf(detail: Detail): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (let index = 0; index + 1 < detail.values.length; index += 2) {
    pairs[detail.values[index] ?? ""] = detail.values[index + 1] ?? "";
  }
  return pairs;
}

/** The message's type is Anaplan's stable code; the text is translated to the caller's locale. */
function textOf(detail: Detail): string {
  const text = detail.localMessageText ?? "";
  return detail.type && !text.includes(detail.type) ? `${detail.type}: ${text}` : text;
}
