import type { Path } from "./estate-text.ts";

/** Says that a value at a path is wrong, what it is, and what was expected. */
export type Complain = (path: Path, what: string, expected: string) => void;

/** Ids of one list may not repeat. */
export function unique(section: string, list: readonly { id: string }[], complain: Complain, under: Path = []): void {
  const seen = new Set<string>();
  for (const [at, { id }] of list.entries()) {
    if (seen.has(id)) complain([...under, section, at, "id"], `“${id}” stands twice in ${section}`, "each id once");
    seen.add(id);
  }
}

/** A reference must name one of the known ids. */
export function mustBe(known: ReadonlySet<string>, value: string, what: string, path: Path, complain: Complain): void {
  if (known.has(value)) return;
  const near = [...known].slice(0, 8).join(", ");
  complain(
    path,
    `there is no ${what} “${value}”`,
    known.size > 0 ? `one of ${near}${known.size > 8 ? ", …" : ""}` : `a ${what} to be declared`,
  );
}

export function idsOf(list: readonly { id: string }[]): Set<string> {
  return new Set(list.map((each) => each.id));
}
