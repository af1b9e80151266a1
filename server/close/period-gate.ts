import type { PeriodStatus } from "../../schemas/event/facets.ts";
import type { StatedPeriod } from "../../schemas/run.ts";
import { timeText } from "../checks/time-text.ts";
import type { GateFinding } from "./gates.ts";

/** Least shut first. */
const STATUSES: readonly PeriodStatus[] = ["open", "soft", "closed", "locked"];
const WORDS: Record<PeriodStatus, string> = {
  future: "not open yet",
  open: "open",
  soft: "soft closed",
  closed: "closed",
  locked: "locked",
};

/** A period that has not begun takes no postings, and yet is not shut. */
export function isShut(status: PeriodStatus, asked: PeriodStatus): boolean {
  return STATUSES.indexOf(status) >= STATUSES.indexOf(asked);
}

/** Met once every ledger and subledger that is told of is shut at least as far as asked. Nothing told is unknown. */
export function periodGate(
  input: { stated: readonly StatedPeriod[]; zone: string; opensAt: string; open: boolean },
  asked: PeriodStatus,
): GateFinding {
  const { stated, zone, opensAt, open } = input;
  const found: GateFinding = {
    ...{ met: false, metAt: null, wasMetAt: null, opensAt, blockedBy: [], progress: null, line: null },
    state: open && stated.length === 0 ? "unknown" : "not-due",
    why: "No system has told whether the period is open.",
  };
  if (stated.length === 0) return found;
  const left = stated.filter(({ status }) => !isShut(status, asked));
  if (left.length > 0) {
    const said = left.map((each) => `${ledgerText(each)} is ${WORDS[each.status]} (${each.native})`);
    return { ...found, why: `Asks for ${WORDS[asked]}; ${said.join(", ")}.` };
  }
  const metAt = stated.map((each) => lastShutAt(each, asked)!).reduce((last, at) => (at > last ? at : last));
  return { ...found, met: true, metAt, why: `${sentence(WORDS[asked])} since ${timeText(metAt, zone)}.` };
}

/** When a ledger was last shut at least as far as asked, however much further it was shut since; null where it never was. */
export function lastShutAt({ status, softAt, shutAt, sinceAt }: StatedPeriod, asked: PeriodStatus): string | null {
  if (asked === "soft") return softAt;
  if (asked === "closed") return shutAt;
  return isShut(status, asked) ? sinceAt : null;
}

/** When a period that had been shut was last opened again; null where it never was. */
export function reopenedAt(stated: readonly StatedPeriod[]): string | null {
  return stated
    .map((each) => each.reopenedAt)
    .reduce((last, at) => (at !== null && (last === null || at > last) ? at : last), null);
}

export function ledgerText({ ledger, subledger }: Pick<StatedPeriod, "ledger" | "subledger">): string {
  const book = ledger === "" ? "the general ledger" : `ledger ${ledger}`;
  return subledger === "" ? book : `${book}, ${subledger}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
