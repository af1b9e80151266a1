import { LineCounter, isNode, parseDocument, type Document } from "yaml";

export type Path = readonly (string | number)[];

/** One YAML file with its positions kept, so that every complaint can name a line. */
export interface EstateText {
  /** Path below the estate's folder. */
  name: string;
  value: unknown;
  /** What YAML itself refuses, with lines. */
  refusals: { line: number; message: string }[];
  /** The line a value stands on; that of the nearest one around it when it is missing. */
  lineOf(path: Path): number;
}

export function readEstateText(name: string, text: string): EstateText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return {
    name,
    value: document.errors.length > 0 ? null : (document.toJS() as unknown),
    refusals: document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, message: error.message })),
    lineOf: (path) => lines.linePos(startOf(document, path)).line,
  };
}

function startOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
