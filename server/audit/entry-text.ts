import canonicalize from "canonicalize";

/** RFC 8785 canonical JSON of an entry: the bytes its leaf is hashed over. */
export function entryText(entry: object): string {
  return canonicalize(entry) as string;
}
