import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { PlayError } from "./play-error.ts";
import type { Scenario } from "./scenario.ts";

const FILE = "sandbox.json";

const Act = z.discriminatedUnion("kind", [
  z.strictObject({
    at: z.int(),
    kind: z.literal("start"),
    system: z.string(),
    job: z.string(),
    idempotencyKey: z.string().nullable(),
    parameters: z.record(z.string(), z.string()),
  }),
  z.strictObject({ at: z.int(), kind: z.literal("cancel"), system: z.string(), key: z.string() }),
]);

/** All it takes to play on from where a play stood: everything else follows from it. */
const SavedPlay = z.strictObject({
  scenario: z.string(),
  seed: z.int(),
  at: z.int(),
  speed: z.number().positive(),
  paused: z.boolean(),
  endsAt: z.int().nullable(),
  acts: z.array(Act),
});
export type SavedPlay = z.infer<typeof SavedPlay>;

/** Names a scenario by its content, so that a play is never gone on with by another script. */
export function scenarioDigest(scenario: Scenario): string {
  return createHash("sha256").update(JSON.stringify(scenario)).digest("hex").slice(0, 16);
}

/** Null when nothing was played in this folder yet. */
export function readSavedPlay(folder: string, scenario: Scenario): SavedPlay | null {
  const file = join(folder, FILE);
  const text = contentOf(file);
  if (text === null) return null;
  const read = SavedPlay.safeParse(parseJson(text));
  if (!read.success) throw new PlayError(`${file} cannot be read:\n${z.prettifyError(read.error)}`);
  if (read.data.scenario === scenarioDigest(scenario)) return read.data;
  throw new PlayError(
    `${file} belongs to a play of another scenario. Start with a fresh data folder, or bring it back.`,
  );
}

/** Written beside and moved over, so that a crash leaves the old one or the new one. */
export function savePlay(folder: string, play: SavedPlay): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, FILE);
  writeFileSync(`${file}.new`, JSON.stringify(play));
  renameSync(`${file}.new`, file);
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
