import { quantile } from "../bench/bench.ts";
import type { Campaign } from "./campaign.ts";
import { titleOf } from "./injections.ts";

const SHOWN = 5;

/** The outcome as text: what was injected and how soon all was well again, what held, what did not. */
export function reportOf(campaigns: readonly Campaign[], drawn: number): string {
  const done = campaigns.flatMap(({ outcomes }) => outcomes);
  const lines = [""];
  if (done.length < drawn) lines.push(`Time ran out after ${done.length} of ${drawn} injections.`, "");
  lines.push(`${"Injected".padEnd(42)} times   median s   worst s`);
  for (const [kind, list] of Map.groupBy(done, ({ injection }) => injection.kind)) {
    const seconds = list.map(({ recoveredAfter }) => (recoveredAfter ?? Number.NaN) / 1000);
    const [middle, worst] = [quantile(seconds, 0.5), Math.max(...seconds)].map((value) => value.toFixed(1).padStart(9));
    lines.push(`${titleOf(kind).padEnd(42)} ${String(list.length).padStart(5)} ${middle} ${worst}`);
  }
  for (const { form, invariants, answers, seconds, consoleConnections } of campaigns) {
    const told = Object.entries(answers).map(
      ([status, count]) => `${count} × ${status === "0" ? "no answer" : status}`,
    );
    lines.push(
      "",
      `${form}, ${seconds} s; senders heard ${told.join(", ")}; the console connected ${consoleConnections} times`,
    );
    for (const { name, found, breaches } of invariants) {
      lines.push(`  ${breaches.length === 0 ? "held  " : "BROKEN"}  ${name}: ${found}`);
      lines.push(...breaches.slice(0, SHOWN).map((breach) => `            ${breach}`));
      if (breaches.length > SHOWN) lines.push(`            and ${breaches.length - SHOWN} more`);
    }
  }
  return lines.join("\n");
}
