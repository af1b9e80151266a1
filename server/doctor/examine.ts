import type { Finding, FindingState, Inspection } from "./inspection.ts";
import type { Installation } from "./installation.ts";

export interface Examined {
  name: string;
  title: string;
  findings: Finding[];
}

/** Looks at everything, one after the other. An inspection that fails is itself a finding; the others go on. */
export async function examine(installation: Installation, inspections: readonly Inspection[]): Promise<Examined[]> {
  const examined: Examined[] = [];
  for (const { name, title, look } of inspections) {
    try {
      examined.push({ name, title, findings: await look(installation) });
    } catch (error) {
      const says = `This could not be looked at: ${(error as Error).message}`;
      examined.push({ name, title, findings: [{ state: "unseen", says, mend: null }] });
    }
  }
  return examined;
}

/** True when nothing is wrong. */
export function isSound(examined: readonly Examined[]): boolean {
  return examined.every(({ findings }) => findings.every(({ state }) => state !== "wrong"));
}

const MARKS: Record<FindingState, string> = { fine: "✓", notice: "!", wrong: "✗", unseen: "?" };

/** For a terminal: a line a finding, and what to do below it. */
export function examinedText(examined: readonly Examined[]): string {
  const lines = examined.flatMap(({ title, findings }) => [
    title,
    ...findings.flatMap(({ state, says, mend }) => [
      `  ${MARKS[state]} ${says.replaceAll("\n", "\n    ")}`,
      ...(mend ? [`    → ${mend}`] : []),
    ]),
  ]);
  const count = (wanted: FindingState) =>
    examined.flatMap(({ findings }) => findings).filter(({ state }) => state === wanted).length;
  const wrong = count("wrong");
  const head = wrong === 0 ? "Nothing is wrong" : wrong === 1 ? "One thing is wrong" : `${wrong} things are wrong`;
  return [...lines, "", `${head}; ${count("notice")} to think about, ${count("unseen")} not seen.`, ""].join("\n");
}
