/** What a JSON text holds, counted without parsing it. Counts are exact for valid JSON. */
export interface Scan {
  /** Keys of all objects, repeated ones each time. */
  keys: number;
  /** Deepest nesting of objects and arrays. */
  depth: number;
  /** True where a number has more digits than a float can hold, or an exponent, which may take it beyond any float. */
  inexact: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const LOWER_E = 0x65;
const MOST_EXACT_DIGITS = 15;

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const isOpening = (code: number) => code === 0x7b || code === 0x5b;
const isClosing = (code: number) => code === 0x7d || code === 0x5d;
const isNumeric = (code: number) => (code >= 0x30 && code <= 0x39) || code === 0x2e;

/** The index just behind a string that opens at `start`, or the text's end where it never closes. */
function skipString(text: string, start: number): number {
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

export function scanJson(text: string): Scan {
  const scan: Scan = { keys: 0, depth: 0, inexact: false };
  let depth = 0;
  let digits = 0;
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (isNumeric(code)) {
      if (++digits > MOST_EXACT_DIGITS) scan.inexact = true;
      i++;
      continue;
    }
    if (digits > 0 && (code | 0x20) === LOWER_E) scan.inexact = true;
    digits = 0;
    if (code === QUOTE) {
      i = skipString(text, i);
      while (isSpace(text.charCodeAt(i))) i++;
      if (text.charCodeAt(i) === COLON) scan.keys++;
      continue;
    }
    if (isOpening(code) && ++depth > scan.depth) scan.depth = depth;
    else if (isClosing(code)) depth--;
    i++;
  }
  return scan;
}

/**
 * Cuts the text of an array into its elements' texts, each exactly as written, so that one malformed element does not
 * take the others with it. Answers null where the array itself cannot be followed to its end.
 */
export function splitArray(text: string): string[] | null {
  const pieces = splitContainer(text, 0x5b, 0x5d);
  if (pieces?.length === 1 && pieces[0]?.trim() === "") return [];
  return pieces;
}

/** The text of an object's member exactly as written; of a repeated key the last. Null where there is none. */
export function memberText(text: string, key: string): string | null {
  let found: string | null = null;
  for (const piece of splitContainer(text, 0x7b, 0x7d) ?? []) {
    const start = piece.search(/\S/);
    if (start < 0 || piece.charCodeAt(start) !== QUOTE) continue;
    const end = skipString(piece, start);
    if (JSON.parse(piece.slice(start, end)) === key) found = piece.slice(piece.indexOf(":", end) + 1).trim();
  }
  return found;
}

function splitContainer(text: string, opening: number, closing: number): string[] | null {
  const first = text.search(/\S/);
  if (text.charCodeAt(first) !== opening) return null;
  const pieces: string[] = [];
  let depth = 1;
  let start = first + 1;
  for (let i = start; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = skipString(text, i);
      continue;
    }
    if (isOpening(code)) depth++;
    else if (code === COMMA && depth === 1) {
      pieces.push(text.slice(start, i));
      start = i + 1;
    } else if (isClosing(code) && --depth === 0) {
      pieces.push(text.slice(start, i));
      return code === closing && text.slice(i + 1).trim() === "" ? pieces : null;
    }
    i++;
  }
  return null;
}
