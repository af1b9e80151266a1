import { createReadStream } from "node:fs";

/** One row of a CSV file as it stands there, without its line feed. */
export interface RawRow {
  bytes: Buffer;
  /** Whether a quote opens in it that nothing closes. */
  open: boolean;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

/**
 * Rows of a file, told apart at line feeds, never all at once. With a `delimiter` line feeds inside quotes are part of a
 * field; a quote means something only where a field begins.
 */
export async function* rawRows(path: string, delimiter: string | null): AsyncGenerator<RawRow> {
  const between = delimiter?.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let quoted = false;
  let begins = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    let start = 0;
    // What is left over was looked at before.
    for (let at = rest.length; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LINE_FEED && !quoted) {
        yield { bytes: bytes.subarray(start, at), open: false };
        start = at + 1;
        begins = true;
      } else if (between === undefined) continue;
      else if (quoted) {
        // A doubled quote closes here and opens again with the next byte.
        quoted = byte !== QUOTE;
        begins = !quoted;
      } else if (byte === QUOTE && begins) quoted = true;
      else begins = byte === between || (begins && byte === SPACE);
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield { bytes: rest, open: quoted };
}

/** Fields of one row of CSV; quotes are doubled inside quotes, and space around what is not quoted means nothing. */
export function csvFields(row: string, delimiter: string): string[] {
  const text = row.endsWith("\r") ? row.slice(0, -1) : row;
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === " " || (text[at] === "\t" && delimiter !== "\t")) at++;
    if (text[at] === '"') {
      let field = "";
      at++;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) return [...fields, field + text.slice(at)];
        field += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
      fields.push(field);
      const next = text.indexOf(delimiter, at);
      if (next < 0) return fields;
      at = next + 1;
    } else {
      const next = text.indexOf(delimiter, at);
      fields.push(text.slice(at, next < 0 ? undefined : next).trimEnd());
      if (next < 0) return fields;
      at = next + 1;
    }
  }
}
