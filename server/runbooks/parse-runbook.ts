import type { RunbookAct, RunbookGuide, RunbookStep } from "../../schemas/wire/runbook.ts";

const ITEM = /^(\d+)[.)]\s+(.*)$/;
const DIRECTIVE = /`do:\s*([^`]*)`/;
const REQUESTS = ["sync", "replay", "resubmit", "recollect", "rebuild", "freeze", "unfreeze"] as const;
const SETTINGS = new Set(["flow", "dataset", "through", "entity", "period", "only", "system", "from", "scope"]);

/** A directive that cannot be carried out, with where it stands. */
export class RunbookError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.name = "RunbookError";
    this.line = line;
  }
}

/**
 * Reads a runbook: Markdown whose numbered list is its steps. A step may end with a directive in inline code:
 * `do: sync dataset=anaplan-actuals`, `do: check reconciliation=actuals-tie-out`, `do: confirm`. A step without one is
 * confirmed by a person.
 * @throws {RunbookError} naming the line of a directive nobody could carry out
 */
export function parseRunbook(id: string, title: string, text: string): RunbookGuide {
  const steps: { number: number; lines: string[]; line: number }[] = [];
  const before: string[] = [];
  const after: string[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const item = ITEM.exec(line);
    const open = steps.at(-1);
    if (item) steps.push({ number: steps.length + 1, lines: [item[2]!], line: at + 1 });
    else if (!open) before.push(line);
    else if (after.length === 0 && (line.trim() === "" || /^\s{2,}/.test(line))) open.lines.push(line.trim());
    else after.push(line);
  }
  return {
    ...{ id, title },
    before: before
      .filter((line) => !/^#\s/.test(line))
      .join("\n")
      .trim(),
    steps: steps.map(({ number, lines, line }) => stepOf(number, lines.join("\n").trim(), line)),
    after: after.join("\n").trim(),
  };
}

function stepOf(number: number, text: string, line: number): RunbookStep {
  const directive = DIRECTIVE.exec(text);
  if (!directive) return { number, text, act: { kind: "confirm" } };
  return { number, text: text.replace(DIRECTIVE, "").trim(), act: actOf(directive[1]!.trim(), line) };
}

function actOf(directive: string, line: number): RunbookAct {
  const [verb = "", ...words] = directive.split(/\s+/);
  const settings = Object.fromEntries(
    words.map((word) => {
      const [key = "", ...value] = word.split("=");
      if (value.length === 0) throw new RunbookError(line, `“${word}” is not a setting; expected name=value`);
      return [key, value.join("=")];
    }),
  );
  if (verb === "confirm") return { kind: "confirm" };
  if (verb === "check") return { kind: "check", reconciliation: settings.reconciliation ?? null };
  const act = REQUESTS.find((known) => known === verb);
  if (!act) throw new RunbookError(line, `“${verb}” is no act; expected confirm, check, ${REQUESTS.join(", ")}`);
  const unknown = Object.keys(settings).find((key) => !SETTINGS.has(key));
  if (unknown) throw new RunbookError(line, `“${unknown}” is no setting; expected ${[...SETTINGS].join(", ")}`);
  return { kind: "request", act, settings };
}
