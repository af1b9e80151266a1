import type { Entity } from "../../schemas/estate/estate.ts";
import type { RunException } from "../../schemas/event/facets.ts";
import { timeText } from "../checks/time-text.ts";
import { amountOff, type HopJudgement } from "./judgement.ts";
import { exactText, magnitude } from "./exact.ts";
import { exceptionsFor, type Leg } from "./legs.ts";
import { moneyText } from "./money.ts";
import { quotedWords } from "./quoted-words.ts";

/** Why a hop stands as it does, in the controller's words. */
export function whyOf(entity: Entity, legs: Leg[], judged: HopJudgement[], at: number, period: string): string {
  const leg = legs[at]!;
  const before = legs[at - 1];
  const hop = judged[at]!;
  const time = (instant: string | null | undefined) => (instant ? timeText(instant, entity.zone) : "an unknown time");
  const rejected = rejectedText(exceptionsFor(leg.run, entity.id, period));
  if (hop.state === "carries") return "Carries the difference of an earlier hop; it adds none of its own.";
  switch (hop.cause) {
    case "first-leg":
      return `Complete through ${time(leg.watermark?.completeThrough)}.`;
    case "part":
      return "Counts towards the total.";
    case "ties":
      return ["Ties to the hop before.", rejected].filter(Boolean).join(" ");
    case "nothing-reported":
      return hop.state === "flight" ? "The load is on its way." : "Nothing has been reported yet.";
    case "nothing-before":
      return `${before!.dataset.title} has reported nothing to compare with.`;
    case "no-shared-measure":
      return `It reports none of the measures ${before!.dataset.title} reports.`;
    case "posted-since":
      return `${amountText(hop, entity)} posted since the snapshot of ${time(takenAt(leg))}; the next load carries it.`;
    case "read-before":
      return `The ledger was last read at ${time(before!.watermark?.completeThrough)}, before this snapshot.`;
    case "late-posting":
      return `${amountText(hop, entity)} posted after the snapshot of ${time(takenAt(leg))}, past the cut-off.`;
    case "other-snapshot":
      return hop.state === "flight"
        ? `Shows the snapshot of ${time(takenAt(leg))}; the one of ${time(takenAt(before!))} is on its way.`
        : `Shows the snapshot of ${time(takenAt(leg))}, the hop before that of ${time(takenAt(before!))}: not comparable.`;
    case "other-batch":
      return `Shows batch ${batchOf(leg)}, the hop before ${batchOf(before!)}: ${hop.state === "flight" ? "on its way" : "not comparable"}.`;
    case "other-run":
      return "Figures and snapshot were told by different runs; they are compared when one run has told both.";
    case "timing":
      return `Shows the snapshot of ${time(takenAt(leg))}; that of ${time(takenAt(before!))} may still arrive.`;
    case "timing-lapsed":
      return `Still shows the snapshot of ${time(takenAt(leg))}; that of ${time(takenAt(before!))} should have arrived.`;
    case "rate-missing":
      return hop.finding ?? "A rate is missing.";
    case "unreadable":
      return `The figures cannot be reckoned with: ${hop.finding}`;
    case "over-cap":
      return `Each difference is within tolerance; together they are ${toleratedText(hop, entity)}, more than may be.`;
    case "sign-turned":
      return "The amounts are those of the hop before with the sign turned. Check the sign map.";
    case "count-gap":
      return [`${countText(hop)} against the hop before, at equal amounts.`, rejected].filter(Boolean).join(" ");
    case "gap":
      return [
        gapText(
          hop,
          entity,
          judged.some(({ cause }) => cause === "part"),
        ),
        rejected,
      ]
        .filter(Boolean)
        .join(" ");
    case "overdrawn":
      return `Overdrawn by ${amountText(hop, entity)}: commitments and actuals take more than the budget.`;
    case "sum-of-tolerated":
      return "Each hop is within tolerance; from end to end they are not.";
  }
}

/** `14 rows rejected: cost centre 7710 is not mapped.`; empty without rejected rows. */
export function rejectedText(exceptions: readonly RunException[]): string {
  const rows = exceptions.reduce((sum, exception) => sum + (exception.count ?? 0), 0);
  const [first] = exceptions;
  if (!first) return "";
  return `${rows > 0 ? `${rows} ${rows === 1 ? "row" : "rows"} rejected: ` : ""}${reasonText(first)}.`;
}

/** What is understood is said in plain words; the vendor's own stay with the run. */
function reasonText(exception: RunException): string {
  const { code, dimension, member } = exception;
  const named = dimension && member && `${dimension.toLowerCase()} ${member}`;
  if (named && code === "unmapped-member") return `${named} is not mapped`;
  if (named && code === "invalid-combination") return `${named} is not a valid combination`;
  return quotedWords(exception.message);
}

function gapText(hop: HopJudgement, entity: Entity, total: boolean): string {
  const amount = amountOff(hop.comparison);
  const other = total ? "what the others make it" : "the hop before";
  if (!amount) return `${countText(hop)} against ${other}.`;
  if (hop.comparison!.difference.net)
    return `${moneyText(amount, entity.currency)} ${amount < 0n ? "short of" : "over"} ${other}.`;
  return `Net ties, but debits or credits differ by ${moneyText(amount, entity.currency)}.`;
}

function amountText(hop: HopJudgement, entity: Entity): string {
  const amount = amountOff(hop.comparison);
  return amount ? moneyText(amount, entity.currency) : countText(hop);
}

function countText(hop: HopJudgement): string {
  const count = hop.comparison?.difference.count;
  if (!count) return "The figures differ";
  const rows = exactText(magnitude(count));
  return `${rows} ${rows === "1" ? "row" : "rows"} ${count < 0n ? "short" : "too many"}`;
}

function toleratedText(hop: HopJudgement, entity: Entity): string {
  return moneyText(hop.comparison?.tolerated ?? 0n, entity.currency);
}

function batchOf({ totals }: Leg): string {
  return totals[0]?.correlationId ?? "of an unknown name";
}

function takenAt(leg: Leg): string | null {
  return leg.watermark?.snapshotAsOf ?? leg.watermark?.completeThrough ?? null;
}
