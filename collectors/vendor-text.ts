import type { RunException } from "../schemas/event/facets.ts";

/** A vendor's wording that is understood. Named groups `member`, `dimension`, `document`, `count` and `entity` are kept. */
export interface TextRule {
  pattern: RegExp;
  code: RunException["code"];
  class: RunException["class"];
}

/**
 * What a vendor's error text means: the first rule that fits, or `unknown`, because a text nobody has mapped yet is
 * still somebody's to look at. The text is quoted as it came.
 */
export function exceptionOf(text: string, rules: readonly TextRule[]): RunException {
  const message = text.trim();
  for (const rule of rules) {
    const found = rule.pattern.exec(message);
    if (!found) continue;
    const { member, dimension, document, count, entity } = found.groups ?? {};
    return {
      code: rule.code,
      class: rule.class,
      message,
      ...(entity && { entity }),
      ...(member && { member }),
      ...(dimension && { dimension }),
      ...(count && { count: Number(count) }),
      ...(document && { documentRef: document }),
    };
  }
  return { code: "unknown", class: "technical", message };
}
