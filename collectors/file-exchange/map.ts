import type { ControlTotal, Position, RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { filled } from "../job-name.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Control } from "./control.ts";
import type { Delivery } from "./deliveries.ts";

/** What `.err` files say, most telling first. */
const RULES: readonly TextRule[] = [
  {
    pattern: /(?:unmapped|not mapped|unknown account).*?["'](?<member>[^"']+)["']/i,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /\bperiod\b.*\b(?:closed|locked)\b/i, code: "period-closed-at-target", class: "business" },
  { pattern: /decrypt|parse|column|layout|format/i, code: "contract-drift", class: "technical" },
  { pattern: /./s, code: "job-failed", class: "technical" },
];

/** What opening a delivery's files has shown. */
export interface Opened {
  control: Control | null;
  /** Why the control file says nothing. */
  unreadable: string | null;
  /** Of the data file; null where it is too large to open. */
  bytes: number;
  sha256: string | null;
  rows: number | null;
  /** An earlier delivery of the same content. */
  sameAs: string | null;
  /** What `.err` says. */
  reason: string | null;
}

export interface Standing {
  delivery: Delivery;
  state: "arriving" | "ready" | "rejected" | "withdrawn" | "gone";
  /** When anything of it was first seen. */
  firstAt: string;
  opened: Opened | null;
}

/** Every event a delivery implies as it stands, oldest first. */
export function deliveryEvents(namespace: string, { delivery, state, firstAt, opened }: Standing): RunEvent[] {
  const { feed, name, data, control, rejected, withdrawn } = delivery;
  const told = opened?.control ?? null;
  const entity = delivery.entity || told?.entity || "";
  const period = delivery.period ?? periodNamed(told?.period);
  const place = placeOf(feed, entity, period);
  const wrong = opened ? differencesIn(opened, name) : [];
  const runState = stateOf(state, opened, wrong);
  const snapshotAsOf = instant(told?.snapshotAsOf);
  const end = {
    ready: control ?? data,
    rejected: rejected ?? data,
    withdrawn: withdrawn ?? data,
    gone: data,
    arriving: data,
  };
  const at = place && { entity: place.entity, period: place.period };
  const reason = state === "rejected" ? [exceptionOf(opened?.reason || `${name} was rejected.`, RULES)] : [];
  return seenRunEvents(producerOf("file-exchange"), namespace, {
    ...{
      key: name,
      job: filled(feed.name, entity),
      queuedAt: firstAt,
      endedAt: end[state].modifiedAt,
      state: runState,
    },
    vendorStatus: runState === "superseded" ? "duplicate" : state,
    words: { queued: "arriving", running: "arriving" },
    exceptions: [...reason, ...wrong].map((exception) => ({ ...exception, ...at })),
    counts: opened ? { rowsWritten: opened.rows ?? told?.rowCount, rowsRead: told?.rowCount } : undefined,
    correlationId: told?.runId ?? null,
    names: { files: [{ name }] },
    fills: feed,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? (feed.completeThrough === "start" ? firstAt : null),
    totals: place && told ? totalsOf(told, opened, place) : [],
  });
}

function stateOf(state: Standing["state"], opened: Opened | null, wrong: readonly RunException[]): RunState {
  if (state === "withdrawn" || state === "gone") return "aborted";
  if (state === "rejected") return "failed";
  if (state === "arriving") return "queued";
  if (opened?.sameAs) return "superseded";
  return wrong.length > 0 ? "failed" : "complete";
}

/** Where what arrived is not what the sender says was sent. */
function differencesIn({ control, unreadable, bytes, sha256, rows, sameAs }: Opened, name: string): RunException[] {
  const told = (code: RunException["code"], message: string): RunException => ({ code, class: "control", message });
  if (sameAs) return [told("duplicate-load", `${name} has the content of ${sameAs}, which came before.`)];
  if (unreadable) return [{ code: "contract-drift", class: "technical", message: unreadable }];
  if (control?.sha256 && sha256 && control.sha256.toLowerCase() !== sha256) {
    return [told("control-total-gap", `The checksum of ${name} is not the one its sender gave.`)];
  }
  if (control?.bytes !== undefined && control.bytes !== bytes) {
    return [told("control-total-gap", `${name} has ${bytes} bytes; its sender sent ${control.bytes}.`)];
  }
  if (control?.rowCount !== undefined && rows !== null && control.rowCount !== rows) {
    return [{ ...told("count-gap", `${name} has ${rows} rows; its sender sent ${control.rowCount}.`), count: rows }];
  }
  return [];
}

function totalsOf(control: Control, opened: Opened | null, place: Position): ControlTotal[] {
  const { debit, credit, net, currency = "", runId } = control;
  const count = control.rowCount ?? opened?.rows;
  const measured = { count: count == null ? undefined : String(count), debit, credit, net };
  return (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
    const value = measured[measure];
    if (value === undefined) return [];
    return [{ ...place, account: "", currency, measure, value, ...(runId && { correlationId: runId }) }];
  });
}

function instant(text: string | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
