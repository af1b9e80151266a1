/** A value out of a JSON parser, written one way only. */
export interface Canonical {
  text: string;
  /** Keys of all objects in it. */
  keys: number;
}

/** What JSON must or may escape: quote, backslash, control characters, and halves of surrogate pairs. */
const ESCAPED = new RegExp(String.raw`["\\\u0000-\u001f\ud800-\udfff]`);
/** Keys already quoted: few names make up most keys there are. Emptied when full, so that odd senders cost no memory. */
const quotedKeys = new Map<string, string>();
const MOST_QUOTED = 5_000;

/**
 * Writes RFC 8785 of what came out of a JSON parser: keys in the order of their UTF-16 code units, no white space. Written
 * here and not taken from a library because it stands in the hot path; the keys are counted on the way.
 * Numbers a float cannot hold have no canonical form; what is written for them is of no use.
 */
export function canonicalJson(value: unknown): Canonical {
  let keys = 0;
  const write = (member: unknown): string => {
    if (typeof member === "string") return ESCAPED.test(member) ? JSON.stringify(member) : `"${member}"`;
    if (typeof member !== "object" || member === null) return String(member);
    let text = "";
    if (Array.isArray(member)) {
      for (const item of member) text += text === "" ? write(item) : `,${write(item)}`;
      return `[${text}]`;
    }
    const names = Object.keys(member);
    keys += names.length;
    for (const name of inOrder(names)) {
      text += `${text === "" ? "" : ","}${quotedKey(name)}:${write((member as Record<string, unknown>)[name])}`;
    }
    return `{${text}}`;
  };
  return { text: write(value), keys };
}

/** Sorted by insertion where there are few, which most objects have, and many came in order already. */
function inOrder(names: string[]): string[] {
  if (names.length > 32) return names.sort();
  for (let at = 1; at < names.length; at++) {
    const name = names[at] ?? "";
    let to = at;
    for (; to > 0 && (names[to - 1] ?? "") > name; to--) names[to] = names[to - 1] ?? "";
    names[to] = name;
  }
  return names;
}

function quotedKey(name: string): string {
  const known = quotedKeys.get(name);
  if (known !== undefined) return known;
  if (quotedKeys.size >= MOST_QUOTED) quotedKeys.clear();
  const quoted = JSON.stringify(name);
  if (name.length < 100) quotedKeys.set(name, quoted);
  return quoted;
}
