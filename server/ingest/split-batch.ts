import { Fault } from "../fault.ts";
import { splitArray } from "./scan-json.ts";

/** More events than this in one request would hold up everyone else's. */
const MOST_EVENTS = 10_000;
const LINES = /(ndjson|jsonl|json-lines|x-ldjson)/i;

/**
 * Cuts a batch into its events' texts, each exactly as written: a JSON array, or one JSON text a line. A body that is
 * neither comes back as one piece, to be refused by the reader with its reason.
 */
export function splitBatch(text: string, contentType: string): string[] {
  const pieces = piecesOf(text, contentType);
  if (pieces.length > MOST_EVENTS) {
    throw new Fault("too-large", `The batch holds ${pieces.length} events; send at most ${MOST_EVENTS} at a time.`);
  }
  return pieces;
}

function piecesOf(text: string, contentType: string): string[] {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (LINES.test(contentType)) return linesOf(body);
  if (/^\s*\[/.test(body)) return splitArray(body) ?? [text];
  const lines = linesOf(body);
  return lines.length > 1 && isJson(lines[0] ?? "") ? lines : [text];
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
