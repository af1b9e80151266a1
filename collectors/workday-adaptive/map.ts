import { Big } from "big.js";
import type { ControlTotal, RunException } from "../../schemas/event/facets.ts";
import { jobNamed } from "../declared-job.ts";
import { monthName, periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import type { Filled } from "../plan-figures.ts";
import { hasEnded, type RunState, type SeenRun } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { AdaptiveSettings, Load } from "./settings.ts";

export const PRODUCER = producerOf("workday-adaptive");

/** Adaptive's texts for what it refuses, as integrations write them into the log; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern: /(?:period|version|month)\b.*\b(?:closed|locked|not open|read.?only)/i,
    code: "period-closed-at-target",
    class: "business",
  },
  {
    pattern:
      /(?<dimension>[A-Z][\w ]*?)? ?["'“](?<member>[^"'”]+)["'”].*\b(?:combination|not (?:allowed|valid) (?:for|with))/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern:
      /(?<dimension>Account|Level|Dimension value|Custom dimension|[A-Z][\w ]*?)(?: code| name)? ["'“](?<member>[^"'”]+)["'”] (?:does not exist|is not valid|was not found|could not be found|is not mapped)/,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /duplicate|already (?:been )?(?:loaded|imported)/i, code: "duplicate-load", class: "business" },
  { pattern: /column|header|sheet .*not found|expected .* fields/i, code: "contract-drift", class: "technical" },
  { pattern: /authenticat|password|credential|login/i, code: "credential-expiry", class: "technical" },
  { pattern: /too many|rate limit|throttl/i, code: "api-limit", class: "technical" },
  { pattern: /timed? ?out|internal error|unavailable|failed/i, code: "job-failed", class: "technical" },
];

/** A line of the log: its run, and what it filled where the plan can be asked for it. */
export interface LogLine {
  run: SeenRun;
  filled: Filled<Load> | null;
}

/** Rows of the load log, oldest first; a row without a key, a job or a start is nobody's run and is passed over. */
export function logLines(rows: readonly Record<string, string>[], settings: AdaptiveSettings): LogLine[] {
  return rows
    .flatMap((row) => lineOf(row, settings) ?? [])
    .sort((one, other) => one.run.queuedAt.localeCompare(other.run.queuedAt) || (one.run.key < other.run.key ? -1 : 1));
}

function lineOf(row: Record<string, string>, settings: AdaptiveSettings): LogLine | null {
  const { columns } = settings.loadLog;
  const cell = (column: keyof typeof columns) => row[columns[column]]?.trim() || null;
  const [key, job, queuedAt] = [cell("run"), cell("job"), instantOf(cell("startedAt"))];
  if (!key || !job || !queuedAt) return null;
  const found = jobNamed(settings.jobs, job);
  const [entity, period, batch] = [found?.entity ?? null, periodOf(cell("period") ?? ""), cell("batch")];
  const snapshotAsOf = instantOf(cell("snapshotAsOf"));
  const word = cell("status") ?? "";
  const state = settings.loadLog.words[word] ?? null;
  const exceptions = hasEnded(state) ? exceptionsOf(cell("messages"), state, entity, period) : [];
  const count = (column: "rowsRead" | "rowsWritten" | "rowsRejected") =>
    /^\d+$/.test(cell(column) ?? "") ? Number(cell(column)) : null;
  const position = found && placeOf(found.job, entity, period);
  return {
    filled:
      position && hasFilled(state, found!.job)
        ? { job: found!.job, entity: position.entity, period: position.period, batch, snapshotAsOf }
        : null,
    run: {
      key,
      job,
      queuedAt,
      startedAt: queuedAt,
      endedAt: instantOf(cell("endedAt")),
      state,
      vendorStatus: word || "no status",
      words: { queued: "Started", running: "Running" },
      counts: { rowsRead: count("rowsRead"), rowsWritten: count("rowsWritten"), rowsRejected: count("rowsRejected") },
      exceptions,
      correlationId: batch,
      fills: found ? { dataset: found.job.dataset, inputs: found.job.inputs } : undefined,
      position: position && { ...position, ...(snapshotAsOf && { snapshotAsOf }) },
      completeThrough: snapshotAsOf,
    },
  };
}

function hasFilled(state: RunState | null, load: Load): boolean {
  return load.accounts.length > 0 && (state === "complete" || state === "partial");
}

function exceptionsOf(
  text: string | null,
  state: RunState | null,
  entity: string | null,
  period: string | null,
): RunException[] {
  const lines = (text ?? "")
    .split(/\r?\n|\s\|\s/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length === 0) return state === "failed" ? [exceptionOf("Load failed", RULES)] : [];
  return lines.map((line) => {
    // The log's writer puts the number of rows before the text.
    const counted = /^(\d+) rows?: (.+)$/.exec(line);
    return {
      ...exceptionOf(counted?.[2] ?? line, RULES),
      ...(counted && { count: Number(counted[1]) }),
      ...(entity && { entity }),
      ...(period && { period }),
    };
  });
}

/** Figures of an export as net totals by level and period, one for each account. A cell that is no number is left out. */
export function figuresOf(
  rows: readonly Record<string, string>[],
  load: Load,
  settings: AdaptiveSettings,
): Map<string, ControlTotal[]> {
  const { account, level } = settings.figures;
  const entities = new Map(Object.entries(settings.levels).map(([entity, name]) => [name, entity]));
  const sums = new Map<string, Big>();
  for (const row of rows) {
    const entity = entities.get(row[level] ?? "") ?? row[level] ?? "";
    for (const [column, cell] of Object.entries(row)) {
      const period = periodOf(column);
      const value = period && decimalOf(cell);
      if (!period || !value) continue;
      const key = JSON.stringify([entity, period, row[account] ?? ""]);
      sums.set(key, (sums.get(key) ?? new Big(0)).plus(value));
    }
  }
  const held = new Map<string, ControlTotal[]>();
  for (const [key, sum] of [...sums].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const [entity, period, code] = JSON.parse(key) as [string, string, string];
    const currency = settings.currencies[entity] ?? "";
    const { ledger, version } = load;
    const total: ControlTotal = {
      period,
      entity,
      ledger,
      version,
      account: code,
      currency,
      measure: "net",
      value: sum.toFixed(),
    };
    const place = `${entity}/${period}`;
    held.set(place, [...(held.get(place) ?? []), total]);
  }
  return held;
}

/** `2026-10` as the user's locale writes it. */
export function vendorPeriod(period: string, style: AdaptiveSettings["periodStyle"]): string {
  const [year = "", month = ""] = period.split("-");
  return style === "MM/YYYY" ? `${month}/${year}` : `${monthName(period).slice(0, 3)}-${year}`;
}

/** A period in the log, or heading a column of an export: `07/2026`, `Jul-2026`, `2026-07`. */
export function periodOf(name: string): string | null {
  const numbered = /^(\d\d)\/(\d{4})$/.exec(name);
  return numbered ? `${numbered[2]}-${numbered[1]}` : periodNamed(name);
}

function decimalOf(text: string): Big | null {
  try {
    return new Big(text.replaceAll(",", ""));
  } catch {
    return null;
  }
}

function instantOf(text: string | null): string | null {
  if (!text) return null;
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
