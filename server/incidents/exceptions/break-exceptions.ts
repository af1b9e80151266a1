import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import type { ExceptionCode } from "../../../schemas/event/facets.ts";
import type { BreakCause } from "../../../schemas/wire/break.ts";
import { isSettled } from "../../reconcile/settled.ts";
import type { StoredBreak } from "../../store/postgres/breaks.ts";
import type { OpenException } from "../open-exception.ts";

const CODES: Record<BreakCause, ExceptionCode> = {
  unmapped: "unmapped-member",
  rejected: "count-gap",
  sign: "sign-inversion",
  rate: "rate-mismatch",
  duplicate: "duplicate-load",
  late: "late-posting",
  "partial-load": "control-total-gap",
  version: "wrong-version",
  "missing-side": "control-total-gap",
  count: "count-gap",
  rounding: "rounding-over-cap",
  overdrawn: "budget-overrun",
  unknown: "control-total-gap",
};

/**
 * Breaks carried from closes that are not looked at any more, which nobody has settled: one for each rule, entity and
 * period. Those of the closes in view are found in the flows themselves.
 */
export function breakExceptions(breaks: readonly StoredBreak[], inView: readonly string[]): OpenException[] {
  const left = breaks.filter(
    ({ present, material, state, period }) => present && material && !isSettled(state) && !inView.includes(period),
  );
  const kinds = Map.groupBy(left, ({ rule, entity, period }) => `break.${rule}/${entity}/${period}`);
  return [...kinds].map(([key, alike]): OpenException => {
    const [first] = alike.toSorted((a, b) => (a.firstSeenAt < b.firstSeenAt ? -1 : 1)) as [StoredBreak];
    const { class: of, owner } = EXCEPTION_TABLE[CODES[first.cause]];
    const { entity, period, hop: dataset, runId, correlationId } = first;
    const title = `${alike.length === 1 ? "A break" : `${alike.length} breaks`} of ${period} left open for ${entity}`;
    const words = { title, text: `${title}. ${first.causeText}` };
    return {
      ...{ key, causeKey: key, kind: "figures", code: CODES[first.cause], class: of, severity: "S3", ownerRole: owner },
      ...{ title, system: null, dataset, flow: null, entity, period, job: null, runId, correlationId, detail: null },
      ...{ amount: null, currency: null, sinceAt: first.firstSeenAt },
      ...{ brings: null, suffers: null, echo: true, dueAt: null, milestones: [], hold: null },
      told: { words: { finance: words, engineering: { title, text: `${title}.` } } },
    };
  });
}
