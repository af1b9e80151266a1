import type * as z from "zod";
import type { EstateText, Path } from "./estate-text.ts";

/** What a grammar refuses in a file, as `file:line: what was found; expected …`. */
export function complaint(text: EstateText, issue: z.core.$ZodIssue, grammar: string): string {
  const path = issue.path as Path;
  const where = pathText(path);
  const at = `${text.name}:${text.lineOf(issue.code === "unrecognized_keys" ? [...path, issue.keys[0]!] : path)}`;
  const what = where || "the file";
  if (issue.code === "unrecognized_keys") {
    return `${at}: ${what} has ${issue.keys.map((key) => `“${key}”`).join(", ")}; expected only keys of ${grammar}`;
  }
  const got = issue.input === undefined ? `${what} is missing` : `${what} is ${shown(issue.input)}`;
  return `${at}: ${got}; ${expectation(issue)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith("expected")) return issue.message;
  if (issue.code === "invalid_type") return `expected ${issue.expected}`;
  if (issue.code === "invalid_value")
    return `expected ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
  if (issue.code === "invalid_union") {
    return issue.message === "Invalid input"
      ? "expected one of the forms the grammar allows"
      : `expected ${issue.message}`;
  }
  return `expected ${issue.message.replace(/^(Invalid|Too \w+): (expected )?/, "")}`;
}

function shown(input: unknown): string {
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `flows[2].hops[0].dataset` */
function pathText(path: Path): string {
  return path.map((step, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`)).join("");
}
