/** Identifiers a vendor puts before its words: `actionFailed: `, `DM_GWPipeline_Client_GatewayUnreachable: `. */
const CODES = /^(?:[^\s:]*(?:[a-z][A-Z]|[_./\d])[^\s:]*:\s+)+/;

/** A vendor's words for a sentence: in quotes, without the codes before them and the full stop after. */
export function quotedWords(text: string): string {
  const words = text.trim().replace(CODES, "").replace(/\.$/, "");
  return `“${words}”`;
}
