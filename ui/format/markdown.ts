/** A piece of a line of Markdown. */
export interface Piece {
  kind: "text" | "strong" | "emphasis" | "code";
  text: string;
}

const MARKS = /\*\*([^*]+)\*\*|__([^_]+)__|`([^`]+)`|\*([^*\s][^*]*)\*|\b_([^_]+)_\b/g;

/** The pieces of a line: strong, emphasised, code, and the words between. Whatever else stands there is words. */
export function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of line.matchAll(MARKS)) {
    const [whole, strong, strongToo, code, emphasis, emphasisToo] = match;
    if (match.index > at) pieces.push({ kind: "text", text: line.slice(at, match.index) });
    if (code !== undefined) pieces.push({ kind: "code", text: code });
    else if (strong ?? strongToo) pieces.push({ kind: "strong", text: (strong ?? strongToo)! });
    else pieces.push({ kind: "emphasis", text: (emphasis ?? emphasisToo)! });
    at = match.index + whole.length;
  }
  if (at < line.length) pieces.push({ kind: "text", text: line.slice(at) });
  return pieces;
}

/** Paragraphs of a text: what blank lines part, each as one line. */
export function paragraphsOf(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " ").trim())
    .filter(Boolean);
}
