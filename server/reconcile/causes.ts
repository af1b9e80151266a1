import type { RunException } from "../../schemas/event/facets.ts";
import { timeText } from "../checks/time-text.ts";
import { cellsOf } from "./cells.ts";
import type { OffCell } from "./compare.ts";
import { refusedCell } from "./equations.ts";
import { exactText, magnitude, type Exact } from "./exact.ts";
import { exceptionsFor, type Leg } from "./legs.ts";
import { moneyText, signedMoneyText } from "./money.ts";
import { otherMappings, otherRates, otherVersions } from "./other-readings.ts";
import { evidence, targetOf, type Scene, type Suggestion, type Suspicion } from "./scene.ts";
import { defaultsAt, rounding } from "./sides.ts";
import { rejectedText } from "./why.ts";

/** The most telling first: what a system itself says, then what the figures say, then what is merely missing. */
const SUSPICIONS: readonly Suspicion[] = [
  overdrawn,
  latePosting,
  unmapped,
  rejected,
  duplicate,
  signTurned,
  otherRates,
  otherMappings,
  otherVersions,
  lateLoad,
  partialLoad,
  missingSide,
  roundingOnly,
  countsOnly,
];

/** The likeliest cause of a break and what speaks for it; `unknown` where nothing does. */
export function suggestedCause(scene: Scene): Suggestion {
  for (const suspicion of SUSPICIONS) {
    const suggestion = suspicion(scene);
    if (suggestion) return suggestion;
  }
  return { cause: "unknown", text: "Nothing that is known explains it.", evidence: [] };
}

function deltaOf({ from, to }: OffCell, measure: "count" | "debit" | "credit" | "net"): Exact {
  return (to[measure] ?? 0n) - (from[measure] ?? 0n);
}

function overdrawn({ judged, sides, cell, input }: Scene): Suggestion | null {
  if (!cell.overdrawn) return null;
  const { judging } = judged;
  return {
    cause: "overdrawn",
    text: "Commitments and actuals take more than the budget.",
    evidence: judging.legs.map((leg, at) => {
      const { net = 0n } = cellsOf(leg, sides.grain, defaultsAt(judging, at)).get(cell.key)?.amounts ?? {};
      return evidence(
        leg.dataset.title,
        signedMoneyText(net, cell.currency || input.entity.currency),
        leg.run?.runId ?? null,
      );
    }),
  };
}

function latePosting({ judged, at, input }: Scene): Suggestion | null {
  if (judged.hops[at]!.cause !== "late-posting") return null;
  const taken = judged.judging.legs[at]!.snapshotAsOf;
  return {
    cause: "late",
    text: "Posted after the snapshot, past the cut-off.",
    evidence: [
      ...(taken ? [evidence("Snapshot", timeText(taken, input.entity.zone))] : []),
      evidence("Cut-off", timeText(input.postingCutOff, input.entity.zone)),
    ],
  };
}

function lateLoad({ judged, at, input }: Scene): Suggestion | null {
  if (judged.hops[at]!.cause !== "timing-lapsed") return null;
  const [before, leg] = [judged.judging.legs[at - 1]!, judged.judging.legs[at]!];
  return {
    cause: "late",
    text: "A newer snapshot has not arrived in the time it is given.",
    evidence: [before, leg].map(({ dataset, snapshotAsOf }) =>
      evidence(
        dataset.title,
        `snapshot of ${snapshotAsOf ? timeText(snapshotAsOf, input.entity.zone) : "an unknown time"}`,
      ),
    ),
  };
}

function unmapped(scene: Scene): Suggestion | null {
  const { sides, cell, input } = scene;
  const strays = (sides.way?.done.unmapped ?? []).filter(
    (entry) => (cell.account === "" || entry.account === cell.account) && entry.measure === "net",
  );
  if (strays.length > 0) {
    const accounts = [...new Set(strays.map(({ account }) => account))];
    return {
      cause: "unmapped",
      text: `${accounts.length === 1 ? `${accounts[0]} is` : `${accounts.length} accounts are`} not mapped.`,
      evidence: strays.slice(0, 5).map(({ account, value, currency }) => evidence(account, moneyText(value, currency))),
    };
  }
  const { run } = targetOf(scene);
  const told = refusals(scene).filter(({ code }) => code === "unmapped-member" || code === "invalid-combination");
  if (told.length === 0 || !explains(scene)) return null;
  return {
    cause: "unmapped",
    text: sentence(rejectedText(told)),
    evidence: told.map((exception) =>
      evidence(
        [exception.dimension, exception.member].filter(Boolean).join(" ") || exception.code,
        exception.amount === undefined
          ? exception.message
          : moneyText(exception.amount, exception.currency ?? input.entity.currency),
        run?.runId ?? null,
      ),
    ),
  };
}

function rejected(scene: Scene): Suggestion | null {
  const told = refusals(scene);
  if (told.length === 0 || !explains(scene)) return null;
  const { run } = targetOf(scene);
  return {
    cause: "rejected",
    text: sentence(rejectedText(told)),
    evidence: told.slice(0, 5).map(({ code, message }) => evidence(code, message, run?.runId ?? null)),
  };
}

/** What the target's run says it refused that belongs to the cell. */
function refusals(scene: Scene): RunException[] {
  const { input, sides, cell, judged, at } = scene;
  const off = judged.hops[at]!.comparison!.off;
  return exceptionsFor(targetOf(scene).run, input.entity.id, input.period).filter(
    (exception) => exception.code !== "duplicate-load" && refusedCell(exception, sides, off)?.key === cell.key,
  );
}

/** Whether what was refused accounts for part of the cell. */
function explains({ equations }: Scene): boolean {
  return equations.some(({ rejected: amount }) => amount !== 0n);
}

const TIMES = [2n, 3n, 4n];

function duplicate(scene: Scene): Suggestion | null {
  const { cell, judged, at } = scene;
  const leg = targetOf(scene);
  const measures = judged.hops[at]!.comparison!.shared.filter((measure) => cell.from[measure]);
  const times = TIMES.find((factor) => measures.every((measure) => cell.to[measure] === cell.from[measure]! * factor));
  const resent = resentBatch(leg, cell);
  if (measures.length === 0 || (times === undefined && resent === null)) return null;
  const repeated = leg.runs.filter(
    (run) => run.state === "COMPLETED" && run.correlationId !== null && run.correlationId === leg.run?.correlationId,
  );
  return {
    cause: "duplicate",
    text: times ? `Every figure is there ${times === 2n ? "twice" : `${times} times`}.` : `${resent} was loaded twice.`,
    evidence: [
      ...(times ? [evidence("Target ÷ source", String(times))] : []),
      ...(resent ? [evidence("Loaded twice", resent)] : []),
      ...(repeated.length > 1
        ? repeated.map((run) => evidence("Run", `${run.jobName}, ${run.correlationId}`, run.runId))
        : []),
    ],
  };
}

/** A batch a leg reports more than once with the same figures, which make up the difference. */
function resentBatch(leg: Leg, cell: OffCell): string | null {
  const seen = new Map<string, number>();
  for (const { account, currency, measure, value, correlationId } of leg.totals) {
    if (measure !== "net" || correlationId === null) continue;
    if (cell.account !== "" && account !== cell.account) continue;
    const key = [correlationId, account, currency, value].join("\n");
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const twice = [...seen].find(([, count]) => count > 1);
  return twice && deltaOf(cell, "net") !== 0n ? twice[0].split("\n")[0]! : null;
}

function signTurned({ cell }: Scene): Suggestion | null {
  const { net: from } = cell.from;
  const { net: to } = cell.to;
  if (!from || to === undefined || from + to !== 0n) return null;
  return {
    cause: "sign",
    text: "The same amount with the sign turned. Check the sign map.",
    evidence: [evidence("Difference ÷ source", "−2")],
  };
}

function partialLoad(scene: Scene): Suggestion | null {
  const { cell, input } = scene;
  const leg = targetOf(scene);
  const { run } = leg;
  const admits = run !== null && (run.qualifier === "partial" || (run.rowsWritten ?? 0) < (run.rowsRead ?? 0));
  const short = deltaOf(cell, "count") < 0n || magnitude(cell.to.net ?? 0n) < magnitude(cell.from.net ?? 0n);
  if (!run || !admits || !short) return null;
  const rows = run.rowsRead !== null && run.rowsWritten !== null ? `${run.rowsWritten} of ${run.rowsRead} rows` : "";
  return {
    cause: "partial-load",
    text: `${leg.dataset.title} was loaded in part${rows && `: ${rows}`}.`,
    evidence: [
      evidence(run.jobName, run.vendorStatus ?? run.state, run.runId),
      ...(run.endedAt ? [evidence("Ended", timeText(run.endedAt, input.entity.zone), run.runId)] : []),
    ],
  };
}

function missingSide(scene: Scene): Suggestion | null {
  const { cell, judged, at } = scene;
  const [source, target] = [judged.judging.legs[at - 1]!, targetOf(scene)];
  const lacks = (side: OffCell["from"]) => cell.measures.every((measure) => side[measure] === undefined);
  const lacking = lacks(cell.to) ? target : lacks(cell.from) ? source : null;
  if (!lacking) return null;
  const what = cell.account || cell.ledger || cell.currency || "it";
  return {
    cause: "missing-side",
    text: `${lacking.dataset.title} has nothing for ${what}.`,
    evidence: [evidence(lacking.dataset.title, `no ${what}`, lacking.run?.runId ?? null)],
  };
}

function roundingOnly({ cell, judged, at }: Scene): Suggestion | null {
  const cause = judged.hops[at]!.cause;
  const capped = cause === "over-cap" || cause === "sum-of-tolerated";
  const most = rounding({ ...cell, amounts: cell.from });
  const off = cell.measures.map((measure) => magnitude(deltaOf(cell, measure)));
  const small = !cell.measures.includes("count") && off.every((amount) => amount > 0n && amount <= most);
  if (!capped && !small) return null;
  return {
    cause: "rounding",
    text: capped ? "Small differences add up to more than is allowed." : "No more than rounding each row may make.",
    evidence: [evidence("Half a minor unit × rows", exactText(most))],
  };
}

function countsOnly({ cell }: Scene): Suggestion | null {
  if (!cell.measures.every((measure) => measure === "count")) return null;
  return { cause: "count", text: "The amounts tie, the number of rows does not.", evidence: [] };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
