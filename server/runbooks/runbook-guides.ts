import type { Estate } from "../../schemas/estate/estate.ts";
import type { RunbookGuide } from "../../schemas/wire/runbook.ts";
import { parseRunbook } from "./parse-runbook.ts";

const read = new WeakMap<Estate, ReadonlyMap<string, RunbookGuide>>();

/** The estate's runbooks by id, read once. The loader has checked that every one can be read. */
export function runbookGuides(estate: Estate): ReadonlyMap<string, RunbookGuide> {
  const known =
    read.get(estate) ??
    new Map(estate.runbooks.map(({ id, title, text }) => [id, parseRunbook(id, title, text ?? "")]));
  read.set(estate, known);
  return known;
}
