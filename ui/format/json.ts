import { parse, stringify } from "lossless-json";

/** JSON laid out over lines, its numbers as they were written; what is no JSON stays as it is. */
export function laidOut(text: string): string {
  try {
    return stringify(parse(text), undefined, 2) ?? text;
  } catch {
    return text;
  }
}

/** A stretch of a text, in UTF-16 units. */
export interface Place {
  from: number;
  to: number;
}

/**
 * Where a JSON pointer (RFC 6901) leads in a text: the member's value, or the nearest holder there is of what is
 * missing. In a text that is no JSON, where reading it fails. Null when there is nothing to point at.
 */
export function placeOf(text: string, pointer: string): Place | null {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let found: Place | null = null;
  let depth = -1;
  const at = scan(text, (path, place) => {
    if (path.length > keys.length || path.length <= depth || path.some((key, index) => key !== keys[index])) return;
    depth = path.length;
    found = place;
  });
  if (at !== null) return { from: Math.min(at, Math.max(0, text.length - 1)), to: Math.min(at + 1, text.length) };
  return depth <= 0 ? null : found;
}

const SPACE = /[\s\uFEFF]*/y;
const STRING = /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Reads JSON and tells the place of every value by its path; answers where reading failed, or null. */
function scan(text: string, tell: (path: readonly string[], place: Place) => void): number | null {
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return null;
    at += found.length;
    return found;
  };
  const skip = (character: string): boolean => {
    take(SPACE);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const value = (path: readonly string[]): boolean => {
    take(SPACE);
    const from = at;
    const read =
      text[at] === "{" ? members(path, "}") : text[at] === "[" ? members(path, "]") : (take(STRING) ?? take(PLAIN));
    if (!read) return false;
    tell(path, { from, to: at });
    return true;
  };
  const members = (path: readonly string[], end: "}" | "]"): boolean => {
    at += 1;
    if (skip(end)) return true;
    for (let index = 0; ; index += 1) {
      take(SPACE);
      const key = end === "}" ? take(STRING) : String(index);
      if (key === null || (end === "}" && !skip(":"))) return false;
      if (!value([...path, end === "}" ? (JSON.parse(key) as string) : key])) return false;
      if (skip(end)) return true;
      if (!skip(",")) return false;
    }
  };
  const whole = value([]);
  take(SPACE);
  return whole && at === text.length ? null : at;
}
