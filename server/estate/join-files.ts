import { EstateFile, type Estate } from "../../schemas/estate/estate.ts";
import { complaint } from "./complaint.ts";
import type { EstateText, Path } from "./estate-text.ts";
import { SECTIONS } from "./sections.ts";

/** Where each part of the joined estate stands: `file:line` of a path such as `["flows", 2, "hops", 0, "dataset"]`. */
export type Locate = (path: Path) => string;

export interface Joined {
  /** Without a head or close calendar the estate is incomplete; then a problem says so. */
  estate: Estate | null;
  locate: Locate;
  problems: string[];
}

const SINGLES = ["estate", "close"] as const;

/** Checks each file against the grammar and joins their sections; each list may be spread over several files. */
export function joinFiles(texts: readonly EstateText[]): Joined {
  const problems: string[] = [];
  const joined: Record<string, unknown> = Object.fromEntries(SECTIONS.map((section) => [section, []]));
  const origins = new Map<string, { text: EstateText; index: number }>();
  for (const text of texts) {
    for (const refusal of text.refusals) {
      problems.push(`${text.name}:${refusal.line}: ${refusal.message}; expected readable YAML`);
    }
    if (text.refusals.length > 0 || text.value === null) continue;
    const parsed = EstateFile.safeParse(text.value, { reportInput: true });
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => complaint(text, issue, "the estate grammar")));
      continue;
    }
    for (const section of SINGLES) {
      if (!parsed.data[section]) continue;
      const earlier = origins.get(section);
      if (earlier)
        problems.push(
          `${text.name}:${text.lineOf([section])}: a second section “${section}”; expected one, and it stands in ${earlier.text.name} already`,
        );
      joined[section] = parsed.data[section];
      origins.set(section, { text, index: 0 });
    }
    for (const section of SECTIONS) {
      for (const [index, item] of (parsed.data[section] ?? []).entries()) {
        const list = joined[section] as unknown[];
        origins.set(`${section}.${list.length}`, { text, index });
        list.push(item);
      }
    }
  }
  const missing = SINGLES.filter((section) => !joined[section]);
  if (problems.length === 0) {
    problems.push(
      ...missing.map(
        (section) => `${texts[0]?.name ?? "estate.yaml"}:1: no file has a section “${section}”; expected one`,
      ),
    );
    if ((joined.entities as unknown[]).length === 0) {
      problems.push(`${texts[0]?.name ?? "estate.yaml"}:1: no file lists entities; expected at least one`);
    }
  }
  return { estate: problems.length > 0 ? null : (joined as unknown as Estate), locate: locator(origins), problems };
}

function locator(origins: ReadonlyMap<string, { text: EstateText; index: number }>): Locate {
  return ([section, index, ...rest]) => {
    const single = origins.get(String(section));
    if (single)
      return `${single.text.name}:${single.text.lineOf([section!, index!, ...rest].filter((step) => step !== undefined))}`;
    const origin = origins.get(`${section}.${index}`);
    if (!origin) return "estate:1";
    return `${origin.text.name}:${origin.text.lineOf([section!, origin.index, ...rest])}`;
  };
}
