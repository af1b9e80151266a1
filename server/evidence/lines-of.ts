import { createReadStream } from "node:fs";

/** A file's lines, ended by a line feed and by nothing else: other characters that break lines occur in evidence. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8" })) {
    const lines = (chunk as string).split("\n");
    rest += lines[0]!;
    if (lines.length === 1) continue;
    yield rest;
    rest = lines.pop()!;
    yield* lines.slice(1);
  }
  if (rest) yield rest;
}
