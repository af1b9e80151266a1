import type { SourceFile } from "./tree.ts";

/** A rule of the house, made executable. A finding reads `path:line what was found`. */
export interface TidyRule {
  /** What holds, as a sentence: "files stay short". */
  name: string;
  /** Why the rule stands. */
  reason: string;
  /** What to do about a finding. */
  mend: string;
  find(tree: readonly SourceFile[]): string[];
}

export function defineRule(rule: TidyRule): TidyRule {
  return rule;
}
