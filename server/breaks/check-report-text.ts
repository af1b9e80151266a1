import type { CheckReport, MatrixState } from "../../schemas/wire/reconcile-matrix.ts";
import { signedMoneyText } from "../reconcile/money.ts";

const WORDS: Record<MatrixState, string> = {
  tied: "ties",
  tolerated: "within tolerance",
  settled: "explained",
  off: "does not tie",
  flight: "on its way",
  "not-comparable": "not comparable",
  unknown: "unknown",
  broken: "cannot be trusted",
};

/** A report for a terminal or a pipeline's log: a line for each rule and entity, its breaks below it. */
export function checkReportText({ period, checks, unexplained }: CheckReport): string {
  const lines: string[] = [];
  let rule = "";
  for (const check of checks.toSorted((a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0))) {
    if (check.rule !== rule)
      lines.push(`${check.title} (${check.rule}, version ${check.ruleVersion.slice(0, 8)}), ${period}`);
    rule = check.rule;
    const amount = check.difference === null ? "" : signedMoneyText(check.difference, check.currency);
    lines.push(`  ${check.entity.padEnd(8)} ${WORDS[check.state].padEnd(18)} ${amount.padStart(24)}`.trimEnd());
    const { firstOff, hops } = check.line;
    const telling =
      firstOff === null ? hops.find(({ state }) => state === "unknown" || state === "flight") : hops[firstOff];
    if (telling && check.state !== "tied") lines.push(`           ${telling.title}: ${telling.why}`);
    for (const finding of check.findings) lines.push(`           ${finding.dataset}: ${finding.text}`);
    for (const row of check.unexplained) {
      const place = [row.account, row.ledger].filter(Boolean).join(" ") || row.currency;
      const told = row.unit === "rows" ? `${row.amount} rows` : signedMoneyText(row.amount, row.unit);
      lines.push(`           ${row.state.padEnd(10)} ${place} ${told}  ${row.causeText} ${row.id}`);
    }
  }
  if (checks.length === 0) lines.push(`Nothing to reconcile in ${period}.`);
  lines.push(unexplained === 0 ? "Nothing is unexplained." : `${unexplained} of ${checks.length} not explained.`);
  return `${lines.join("\n")}\n`;
}
