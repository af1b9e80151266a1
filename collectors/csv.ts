/** Reads CSV (RFC 4180: commas, double quotes, either line end) with a header line, into one record for each row. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header = [], ...rows] = linesOf(text);
  return rows.map((cells) => Object.fromEntries(header.map((column, index) => [column, cells[index] ?? ""])));
}

function linesOf(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  // A cell is quoted, with doubled quotes inside, or plain up to the next comma or line end.
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) break;
    line.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === ",") continue;
    lines.push(line);
    line = [];
  }
  if (line.length > 0) lines.push(line);
  return lines.filter((cells) => cells.length > 1 || cells[0] !== "");
}
