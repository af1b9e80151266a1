import { createHash } from "node:crypto";
import { copyFileSync, createReadStream, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import tieout from "../../package.json" with { type: "json" };
import { logKey } from "../audit/log-key.ts";
import type { EvidenceManifest } from "../../schemas/wire/evidence.ts";
import type { Context } from "../context.ts";
import { masterVersion, ruleVersion } from "../reconcile/rule-version.ts";
import { estateVersionFiles } from "../store/postgres/estate-versions.ts";
import { packById, packProgress, packReady, type PackRow } from "../store/postgres/evidence-packs.ts";
import { writeCover } from "./cover.ts";
import { partRows } from "./part-rows.ts";
import { EVIDENCE_PARTS } from "./parts/index.ts";
import { sealPack } from "./seal-pack.ts";
import { verificationText } from "./verification-text.ts";
import { writePart } from "./write-part.ts";
import { zipFolder } from "./zip-folder.ts";

const VERIFIER = join(import.meta.dirname, "verify-evidence.mjs");
/** Milliseconds between two notes of how far it is. */
const TELL_EVERY = 500;

type Parts = EvidenceManifest["parts"];

/** Builds a pack that was asked for: its parts, the cover, the manifest, the seal, the archive. May be called again. */
export async function buildPack(ctx: Context, id: string): Promise<void> {
  const [pack] = await ctx.postgres.ask(packById, { id });
  if (!pack || pack.state === "ready") return;
  const folder = join(ctx.evidenceDirectory, `${id}.building`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const progress = telling(ctx, id);
  try {
    const parts = await writeParts(ctx, pack, folder, progress);
    await progress.step("Writing the cover and the manifest");
    const estateHash = await writeEstate(ctx, pack, folder);
    const described = describe(ctx, pack, { parts, estateHash });
    const { verifier } = await logKey(ctx.postgres, ctx.audit.keyFile);
    await writeCover(join(folder, "cover.pdf"), { ...described, key: verifier });
    writeFileSync(join(folder, "README.txt"), verificationText(pack.title));
    copyFileSync(VERIFIER, join(folder, "verify-evidence.mjs"));
    const manifest = `${JSON.stringify({ ...described, files: await filesOf(folder) }, null, 2)}\n`;
    writeFileSync(join(folder, "manifest.json"), manifest);
    await progress.step("Sealing");
    const entries = parts.find(({ name, ndjson }) => name === "audit-log" && ndjson)?.ndjson ?? null;
    const sha256 = createHash("sha256").update(manifest).digest("hex");
    const sealedBy = await sealPack(ctx, { pack, folder, manifest: sha256, rows: progress.rows(), entries });
    await progress.step("Packing");
    const archive = await zipFolder(folder, join(ctx.evidenceDirectory, `${id}.zip`));
    const builtAt = ctx.clock.now().toISOString();
    await ctx.postgres.ask(packReady, { id, rowsDone: progress.rows(), builtAt, ...archive, sealedBy });
  } catch (error) {
    await progress.failed();
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeParts(ctx: Context, pack: PackRow, folder: string, progress: Telling): Promise<Parts> {
  const written: Parts = [];
  for (const part of EVIDENCE_PARTS) {
    if (!pack.requester.scopes.includes(part.needs)) {
      const { name, title, about } = part;
      const leftOut = `${pack.requester.name} may not see this.`;
      written.push({ name, title, about, rows: 0, ndjson: null, sums: null, leftOut });
      continue;
    }
    await progress.step(part.title);
    written.push(await writePart(folder, part, partRows(ctx, part, pack.scope), progress.add));
  }
  return written;
}

/** The files of the estate in force at the pack's date, as they were loaded; answers their hash. */
async function writeEstate(ctx: Context, pack: PackRow, folder: string): Promise<string | null> {
  const versions = await ctx.postgres.ask(estateVersionFiles, { estate: ctx.estate.estate.name });
  const inForce = versions.findLast(({ loadedAt }) => loadedAt <= pack.scope.asOf) ?? versions[0];
  if (!inForce) return null;
  mkdirSync(join(folder, "estate"));
  for (const { name, text } of JSON.parse(inForce.files) as { name: string; text: string }[]) {
    const file = join(folder, "estate", name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
  return inForce.hash;
}

function describe(
  { estate }: Context,
  pack: PackRow,
  { parts, estateHash }: { parts: Parts; estateHash: string | null },
): Omit<EvidenceManifest, "files"> {
  const { id, title, scope, requester, requestedAt, reason } = pack;
  const { name, currency, zone } = estate.estate;
  const { kind, id: by, name: byName, role } = requester;
  const rules = estate.reconciliations.map((rule) => ({ id: rule.id, version: ruleVersion(rule) }));
  const mappings = estate.mappings.map((mapping) => ({ id: mapping.id, version: masterVersion(mapping) }));
  return {
    ...{ format: "tieout-evidence/1", pack: id, title, generator: { name: "Tieout", version: tieout.version } },
    estate: { name, title: estate.estate.title, currency, zone },
    ...{ scope, asOf: scope.asOf, zone: "UTC", requestedBy: { kind, id: by, name: byName, role }, requestedAt, reason },
    ...{ versions: { estate: estateHash, rules, mappings }, parts },
  };
}

async function filesOf(folder: string): Promise<EvidenceManifest["files"]> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
  const sums: EvidenceManifest["files"] = [];
  for (const path of paths) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(join(folder, path))) hash.update(chunk as Buffer);
    sums.push({ path, bytes: statSync(join(folder, path)).size, sha256: hash.digest("hex") });
  }
  return sums;
}

interface Telling {
  step(words: string): Promise<void>;
  add(rows: number): Promise<void>;
  failed(): Promise<void>;
  rows(): number;
}

/** Says how far it is, not more often than people can read. */
function telling({ postgres }: Context, id: string): Telling {
  let [rows, words, toldAt] = [0, "", 0];
  const tell = (state: "building" | "failed") => {
    toldAt = Date.now();
    return postgres.ask(packProgress, { id, state, step: words, rowsDone: rows });
  };
  return {
    rows: () => rows,
    async step(next) {
      words = next;
      await tell("building");
    },
    async add(more) {
      rows += more;
      if (Date.now() - toldAt >= TELL_EVERY) await tell("building");
    },
    async failed() {
      words = `Could not be built: ${words.toLowerCase()}. It may be asked for again.`;
      await tell("failed");
    },
  };
}
