import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import * as z from "zod";
import { OptionError } from "../options.ts";

/** Where the copies lie in a backup's folder, beside the manifest. */
export const COPIES = "data";
const FILE = "manifest.json";
/** The manifest's own hash, as `sha256sum` writes and checks it. */
const HASH_FILE = "manifest.sha256";

/** A path from the data folder that does not lead out of it. */
const InsidePath = z.string().refine((path) => isInside(path), "leads out of the data folder");
const Mode = z.int().min(0).max(0o777);

const Manifest = z.object({
  format: z.literal(1),
  /** When the backup began, an instant of real time. */
  at: z.string(),
  folders: z.array(z.object({ path: InsidePath, mode: Mode })),
  files: z.array(z.object({ path: InsidePath, mode: Mode, bytes: z.int(), sha256: z.string().length(64) })),
  /** Symbolic links the engines made; `to` is relative to the folder of the link. */
  links: z
    .array(z.object({ path: InsidePath, to: z.string() }))
    .refine((links) => links.every(({ path, to }) => staysInside(path, to)), "a link leads out of the data folder"),
  contents: z.object({
    /** Rows by table, of each engine; null of one that was served, and is in no folder. */
    clickhouse: z.record(z.string(), z.int()).nullable(),
    postgres: z.record(z.string(), z.int()).nullable(),
    /** PostgreSQL's audit log: how many entries, the root over them, and why it did not verify when it was backed up. */
    audit: z.object({ entries: z.int(), head: z.string().nullable(), flaw: z.string().nullable() }).nullable(),
  }),
});
export type Manifest = z.infer<typeof Manifest>;
export type Contents = Manifest["contents"];

/** An engine that runs in process, by the name of its folder. */
export type OwnEngine = "clickhouse" | "postgres";
export const OWN_ENGINES: readonly OwnEngine[] = ["clickhouse", "postgres"];

function isInside(path: string): boolean {
  const plain = normalize(path);
  return !isAbsolute(plain) && plain !== ".." && !plain.startsWith("../");
}

/** Whether a link made at `path` leads to something of the same folder. */
export function staysInside(path: string, to: string): boolean {
  return !isAbsolute(to) && isInside(join(path, "..", to));
}

/** Writes the manifest last of all: a backup without one was cut short. Answers the manifest's SHA-256. */
export function writeManifest(folder: string, manifest: Manifest): string {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  const sha256 = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(folder, HASH_FILE), `${sha256}  ${FILE}\n`, { mode: 0o600, flush: true });
  writeFileSync(join(folder, FILE), text, { mode: 0o600, flush: true });
  return sha256;
}

/** Whether a backup in this folder was finished. */
export function isWhole(folder: string): boolean {
  return existsSync(join(folder, FILE)) && existsSync(join(folder, HASH_FILE));
}

/** @throws {OptionError} where there is no whole backup, or its manifest was changed or is of another version */
export function readManifest(folder: string): Manifest {
  const file = join(folder, FILE);
  if (!isWhole(folder)) {
    throw new OptionError(`${folder} holds no whole backup: ${FILE} or ${HASH_FILE} is missing.`);
  }
  const text = readFileSync(file);
  const told = readFileSync(join(folder, HASH_FILE), "utf8").slice(0, 64);
  if (createHash("sha256").update(text).digest("hex") !== told) {
    throw new OptionError(`${file} was changed since the backup: its SHA-256 is not the one in ${HASH_FILE}.`);
  }
  const parsed = Manifest.safeParse(JSON.parse(text.toString()));
  if (parsed.success) return parsed.data;
  throw new OptionError(`${file} is not a manifest this version reads. ${z.prettifyError(parsed.error)}`);
}
