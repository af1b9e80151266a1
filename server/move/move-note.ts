import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";

const Note = z.object({
  /** By which the target knows that it is being resumed. */
  id: z.string(),
  begunAt: z.string(),
});

const FILE = "move.json";

/** The move of this data folder, begun now or earlier. */
export function moveOf(dataDirectory: string): z.infer<typeof Note> & { resumed: boolean } {
  const file = join(dataDirectory, FILE);
  if (existsSync(file)) return { ...Note.parse(JSON.parse(readFileSync(file, "utf8"))), resumed: true };
  const note = { id: uuidv7(), begunAt: new Date().toISOString() };
  writeFileSync(file, `${JSON.stringify(note)}\n`, { flush: true });
  return { ...note, resumed: false };
}
