import type { RunException } from "../../schemas/event/facets.ts";
import { jobNamed } from "../declared-job.ts";
import { instantOfLocal } from "../local-time.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import type { Filled } from "../plan-figures.ts";
import { hasEnded, type RunState, type SeenRun } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { EpmSettings, Job } from "./settings.ts";
import type { Detail, JobStatus } from "./vendor.ts";

export const PRODUCER = producerOf("oracle-epm");

/** Oracle's texts for what goes wrong in jobs, details and Data Integration's logs; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern: /\b(?:period|POV|scenario)\b.*\b(?:closed|locked|is not open|read.?only)\b/i,
    code: "period-closed-at-target",
    class: "business",
  },
  {
    pattern: /invalid (?:intersection|combination).*?["']?(?<dimension>\w[\w ]*?)?["']? ?["'](?<member>[^"']+)["']/i,
    code: "invalid-combination",
    class: "business",
  },
  { pattern: /invalid (?:intersection|combination)/i, code: "invalid-combination", class: "business" },
  {
    pattern:
      /(?:unmapped|unable to find|not found|does not exist|invalid member|unknown member|no mapping|no map(?:ped)? (?:exists )?for)\b.*?(?:(?<dimension>Account|Entity|Cost [Cc]ent(?:re|er)|Movement|Currency|Intercompany|[A-Z]\w*)[: ]+)?["'](?<member>[^"']+)["']/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern:
      /(?<dimension>[A-Z][\w ]*?) ["'](?<member>[^"']+)["'] (?:does not exist|is unmapped|was not found|is invalid)/,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /EPMFDM-\d+.*mapp|unmapped/i, code: "unmapped-member", class: "business" },
  { pattern: /already (?:running|being loaded)|duplicate/i, code: "duplicate-load", class: "business" },
  {
    pattern: /(?:column|header|delimiter|file format|dimension) .*(?:mismatch|missing|unrecogni[sz]ed|invalid)/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /credential|password|unauthori[sz]ed|token/i, code: "credential-expiry", class: "technical" },
  { pattern: /too many requests|governor|limit (?:was )?exceeded/i, code: "api-limit", class: "technical" },
  {
    pattern: /error|failed|timed? ?out|essbase|unable to|invalid parameter|maintenance/i,
    code: "job-failed",
    class: "technical",
  },
];

/** A row of the exported console. */
export interface ConsoleRow {
  jobId: string;
  name: string;
  status: string;
  details: string;
  startedAt: string;
  endedAt: string | null;
  state: RunState | null;
}

/** Rows of the console, oldest first; those without an id, a name or a start are passed over. */
export function consoleRows(records: readonly Record<string, string>[], settings: EpmSettings): ConsoleRow[] {
  const { columns, statuses, zone } = settings.console;
  return records
    .flatMap((record): ConsoleRow[] => {
      const cell = (column: keyof typeof columns) => record[columns[column]]?.trim() ?? "";
      const [jobId, name, startedAt] = [cell("jobId"), cell("name"), instantOf(cell("startedAt"), zone)];
      if (!jobId || !name || !startedAt) return [];
      const status = cell("status");
      const state = statuses[status] ?? null;
      const endedAt = instantOf(cell("endedAt"), zone);
      return [{ jobId, name, status, details: cell("details"), startedAt, endedAt, state }];
    })
    .sort((one, other) => one.startedAt.localeCompare(other.startedAt) || (one.jobId < other.jobId ? -1 : 1));
}

/** What is known of a job besides its row: counts and messages, asked for once it is over. */
export interface Outcome {
  counts: readonly Detail[];
  messages: readonly Detail[];
}

/** A job as a run, with what it filled. */
export function runOf(
  row: ConsoleRow,
  outcome: Outcome | null,
  settings: EpmSettings,
): { run: SeenRun; filled: Filled<Job> | null } {
  const declared = jobNamed(settings.jobs, row.name);
  const named = new RegExp(settings.naming).exec(`${row.name} ${row.details}`)?.groups ?? {};
  const place = declared && placeOf(declared.job, declared.entity || named["entity"], periodNamed(named["period"]));
  const rejected = sumOf(outcome, "recordsRejected");
  const state = row.state === "complete" && (rejected ?? 0) > 0 ? "partial" : row.state;
  const batch = named["batch"] ?? null;
  const filled = place && declared?.job.slice && (state === "complete" || state === "partial" || state === "warning");
  return {
    filled: filled
      ? { job: declared!.job, entity: place.entity, period: place.period, batch, snapshotAsOf: null }
      : null,
    run: {
      ...{ key: row.jobId, job: row.name, queuedAt: row.startedAt, startedAt: row.startedAt, endedAt: row.endedAt },
      ...{ state, vendorStatus: row.status },
      words: { queued: "Submitted", running: "Processing" },
      counts: {
        rowsRead: sumOf(outcome, "recordsRead"),
        rowsWritten: sumOf(outcome, "recordsProcessed"),
        rowsRejected: rejected,
      },
      exceptions: hasEnded(state) ? exceptionsOf(row, state, outcome, place ?? null) : [],
      correlationId: batch,
      fills: declared?.job,
      position: place,
    },
  };
}

function exceptionsOf(
  row: ConsoleRow,
  state: RunState | null,
  outcome: Outcome | null,
  place: { entity: string; period: string } | null,
): RunException[] {
  if (state === "complete" || state === "aborted") return [];
  const said = (outcome?.messages ?? []).flatMap(({ msgText }) => msgText?.trim() || []);
  const rejected = sumOf(outcome, "recordsRejected") ?? 0;
  const nothingSaid = state === "failed" ? "The job failed." : "The job ended with warnings.";
  const texts = said.length > 0 ? said : [row.details || nothingSaid];
  const grouped = Map.groupBy(texts, (text) => text);
  return [...grouped].map(([text, alike]) => {
    // `3 records rejected: …` says how many; otherwise each message is of one record.
    const counted = /\b(\d+) (?:records?|rows?)\b/i.exec(text)?.[1];
    const count = counted ? Number(counted) : alike.length > 1 ? alike.length : grouped.size === 1 ? rejected : 1;
    return {
      ...exceptionOf(text, RULES),
      ...(rejected > 0 && { count }),
      ...(place && { entity: place.entity, period: place.period }),
    };
  });
}

function sumOf(outcome: Outcome | null, field: "recordsRead" | "recordsProcessed" | "recordsRejected"): number | null {
  const found = (outcome?.counts ?? []).flatMap((detail) => detail[field] ?? []);
  return found.length > 0 ? found.reduce((sum, each) => sum + each, 0) : null;
}

/** Where a job stands that is asked for by its id; null where Oracle does not know. */
export function stateOf({ status, jobStatus }: JobStatus): RunState | null {
  const states: Record<string, RunState> = {
    "-1": "running",
    "0": "complete",
    "1": "failed",
    "2": "aborting",
    "3": "aborted",
    "4": "failed",
  };
  const words: Record<string, RunState> = { RUNNING: "running", SUCCESS: "complete", FAILED: "failed" };
  return states[String(status)] ?? words[jobStatus ?? ""] ?? null;
}

/** `2026-08-03 06:10:00`, `08/03/2026 6:10:00 AM`, or ISO 8601, in the zone of the console where it says none. */
function instantOf(text: string, zone: string): string | null {
  if (/(?:Z|[+-]\d\d:?\d\d)$/.test(text)) return isoOf(Date.parse(text));
  const american = /^(\d\d?)\/(\d\d?)\/(\d{4}),? (\d\d?):(\d\d)(?::(\d\d))? ?([AP]M)?$/i.exec(text);
  if (!american) return instantOfLocal(text, zone);
  const [, month = "", day = "", year, hour = "", minute, second = "00", half] = american;
  const hours = half ? (Number(hour) % 12) + (half.toUpperCase() === "PM" ? 12 : 0) : Number(hour);
  const two = (part: string | number) => String(part).padStart(2, "0");
  return instantOfLocal(`${year}-${two(month)}-${two(day)}T${two(hours)}:${minute}:${second}`, zone);
}

function isoOf(milliseconds: number): string | null {
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
