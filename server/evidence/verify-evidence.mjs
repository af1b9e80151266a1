#!/usr/bin/env node
/**
 * Says whether an evidence pack is what it was when it was sealed, or names the first thing that is not. Needs Node.js 20
 * and nothing else; shares no code with the server that made the pack. What it does can be done by hand: see docs/evidence.md.
 *
 *   node verify-evidence.mjs [folder] [--key <key or file>] [--checkpoint <file>] [--proof <file>]
 *
 * --key         the log's public key as you got it from elsewhere: without it, nobody but the pack vouches for the key
 * --checkpoint  a checkpoint you kept: proves that nothing it covered was rewritten or cut off since
 * --proof       a consistency proof from that checkpoint to the pack's, where the pack does not bring it
 *
 * Leaves 0 when valid, 1 when not, 2 when it could not look.
 */
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { createReadStream, existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** What is not as it was sealed. */
class NotValid extends Error {}

function must(holds, otherwise) {
  if (!holds) throw new NotValid(otherwise);
}

// Hashes: RFC 6962, section 2.1

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");
const leafOf = (text) => sha256(Uint8Array.of(0), text);
const nodeOf = (left, right) => sha256(Uint8Array.of(1), Buffer.from(left, "hex"), Buffer.from(right, "hex"));

/** RFC 9162, section 2.1.3.2. */
export function verifyInclusion({ index, size, leaf, path, root }) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let [at, last, hash] = [BigInt(index), BigInt(size) - 1n, leaf];
  for (const step of path) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      hash = nodeOf(step, hash);
      while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      hash = nodeOf(hash, step);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && hash === root;
}

/** RFC 9162, section 2.1.4.2. */
export function verifyConsistency({ first, second, firstRoot, secondRoot, path }) {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 0 || first > second) return false;
  if (first === second) return path.length === 0 && firstRoot === secondRoot;
  if (first === 0) return path.length === 0 && firstRoot === sha256("");
  let [at, last] = [BigInt(first) - 1n, BigInt(second) - 1n];
  while (at & 1n) [at, last] = [at >> 1n, last >> 1n];
  const steps = at === 0n ? [firstRoot, ...path] : [...path];
  if (steps.length === 0) return false;
  let [left, right] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      [left, right] = [nodeOf(step, left), nodeOf(step, right)];
      while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      right = nodeOf(right, step);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && left === firstRoot && right === secondRoot;
}

// Signed notes: C2SP signed-note and tlog-checkpoint, with Ed25519 keys

function readKey(verifier) {
  const [name, id, ...rest] = verifier.trim().split("+");
  const bytes = Buffer.from(rest.join("+"), "base64");
  must(name && bytes.length === 33 && bytes[0] === 1, `“${verifier}” is no Ed25519 verifier key.`);
  const own = createHash("sha256").update(`${name}\n`).update(bytes).digest().subarray(0, 4);
  must(own.toString("hex") === id, `The key ${name}+${id} does not have the id it names.`);
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes.subarray(1)]);
  return { verifier: verifier.trim(), name, id: own, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

/** The text of the note when the key signed it; null otherwise. */
function openNote(note, { name, id, key }) {
  const end = note.lastIndexOf("\n\n") + 1;
  if (end === 0) return null;
  for (const line of note.slice(end + 1).split("\n")) {
    const [dash, signer, signature = ""] = line.split(" ");
    const bytes = Buffer.from(signature, "base64");
    if (dash !== "\u2014" || signer !== name || !bytes.subarray(0, 4).equals(id)) continue;
    if (verifySignature(null, Buffer.from(note.slice(0, end)), key, bytes.subarray(4))) return note.slice(0, end);
  }
  return null;
}

/** The size and root a checkpoint signs, and which of the keys signed it. */
function readCheckpoint(note, keys, what) {
  for (const key of keys) {
    const text = openNote(note, key);
    if (text === null) continue;
    const [origin, size = "", root = ""] = text.split("\n");
    must(origin === key.name && /^(0|[1-9]\d*)$/.test(size), `${what} is signed, and is no checkpoint of ${key.name}.`);
    return { size: Number(size), root: Buffer.from(root, "base64").toString("hex"), signer: key };
  }
  throw new NotValid(`${what} is not signed by any key of this log.`);
}

/** The log's keys, and those of them that may be believed: each was endorsed by the one before it. */
function believedKeys(kept, trusted) {
  must(Array.isArray(kept) && kept.length > 0, "seal.json names no key.");
  const keys = kept.map(({ key }) => readKey(key));
  let from = 0;
  if (trusted) {
    from = keys.findIndex(({ verifier }) => verifier === trusted.verifier);
    must(from >= 0, `The key you gave, ${trusted.verifier}, is none of this log's keys.`);
  }
  for (let at = from + 1; at < keys.length; at += 1) {
    const { endorsement, fromSize } = kept[at];
    const text = endorsement ? openNote(endorsement, keys[at - 1]) : null;
    const expected = `${keys[at].name}\nrotate-key\n${fromSize}\n${keys[at].verifier}\n`;
    must(
      text === expected,
      `The key ${keys[at].verifier} was not endorsed by the one before it. If you were told that one was lost, give its successor with --key.`,
    );
  }
  return { all: keys, believed: keys.slice(from) };
}

// The pack

async function verifyPack(folder, given) {
  const manifestBytes = read(folder, "manifest.json");
  const manifest = parse(manifestBytes, "manifest.json");
  const seal = parse(read(folder, "seal.json"), "seal.json");
  must(
    manifest.format === "tieout-evidence/1",
    `manifest.json is of the format ${manifest.format}, which is not known here.`,
  );
  const keys = believedKeys(seal.keys, given.key ? readKey(given.key) : null);
  const checkpoint = readCheckpoint(seal.checkpoint, keys.believed, "The checkpoint in seal.json");
  const { entry, path } = seal;
  const proven = (text, index, steps) => verifyInclusion({ ...checkpoint, index, leaf: leafOf(text), path: steps });
  must(
    proven(entry.text, entry.sequence - 1, path),
    `The seal, entry ${entry.sequence}, does not stand in the log that was signed.`,
  );
  const sealed = parse(entry.text, "The sealing entry");
  must(
    sealed.action === "evidence.seal" && sealed.sequence === entry.sequence,
    `Entry ${entry.sequence} seals no pack.`,
  );
  must(
    sealed.subject === `evidence:${manifest.pack}`,
    `Entry ${entry.sequence} seals another pack, ${sealed.subject}.`,
  );
  must(sealed.detail.manifest === sha256(manifestBytes), "manifest.json is not the one that was sealed.");
  await verifyFiles(folder, manifest);
  const entries = await verifyEntries(folder, manifest, proven);
  const checkpoints = await verifyCheckpoints(folder, keys.all, checkpoint);
  if (given.checkpoint) verifyKept(given, keys.all, checkpoint, checkpoints);
  return { manifest, checkpoint, sealed, entries, checkpoints: checkpoints.size };
}

/** Files that prove themselves, and so stand in no list. */
const SELF_PROVING = ["manifest.json", "seal.json", "log/proofs.ndjson", "log/checkpoints.ndjson"];

async function verifyFiles(folder, manifest) {
  const named = new Set([...SELF_PROVING, ...manifest.files.map(({ path }) => path)]);
  for (const file of manifest.files) {
    const { path, bytes } = file;
    must(existsSync(join(folder, path)), `${path} is missing.`);
    must(statSync(join(folder, path)).size === bytes, `${path} has another size than it was sealed with.`);
    must((await hashOf(join(folder, path))) === file.sha256, `${path} was changed.`);
  }
  for (const path of filesIn(folder)) must(named.has(path), `${path} is not in the manifest.`);
  for (const part of manifest.parts) await verifyPart(folder, part);
}

/** Counts a part's rows and adds up what the manifest says they add up to. */
async function verifyPart(folder, { name, rows, ndjson, sums }) {
  if (!ndjson) return;
  const adding = new Map();
  let counted = 0;
  for await (const line of linesOf(join(folder, ndjson))) {
    counted += 1;
    if (!sums) continue;
    const row = parse(line, `Line ${counted} of ${ndjson}`);
    const key = sums.by.map((column) => row[column] ?? "").join("\u001f");
    adding.set(key, add(adding.get(key) ?? { units: 0n, digits: 0 }, decimal(row[sums.column] ?? "0")));
  }
  must(counted === rows, `${name} has ${counted} rows, not the ${rows} that were sealed.`);
  for (const { key, sum } of sums?.totals ?? []) {
    const found = adding.get(key.join("\u001f")) ?? { units: 0n, digits: 0 };
    must(same(found, decimal(sum)), `${name}: ${key.join(" · ")} does not add up to ${sum}.`);
    adding.delete(key.join("\u001f"));
  }
  must(adding.size === 0 || !sums, `${name} has amounts the manifest has no total of.`);
}

/** Every entry of the log that the pack brings, each with its own proof. */
async function verifyEntries(folder, manifest, proven) {
  const part = manifest.parts.find(({ name }) => name === "audit-log");
  if (!part) return 0;
  const proofs = linesOf(join(folder, "log/proofs.ndjson"));
  let count = 0;
  for await (const line of linesOf(join(folder, part.ndjson))) {
    const { sequence, text } = parse(line, part.ndjson);
    const next = await proofs.next();
    const proof = next.done ? {} : parse(next.value, "log/proofs.ndjson");
    must(proof.sequence === sequence, `There is no proof of entry ${sequence} of the log.`);
    must(parse(text, `Entry ${sequence}`).sequence === sequence, `Entry ${sequence} of the log was moved.`);
    must(proven(text, sequence - 1, proof.path), `Entry ${sequence} does not stand in the log that was signed.`);
    count += 1;
  }
  must((await proofs.next()).done, "log/proofs.ndjson proves entries that are not there.");
  return count;
}

/** Checkpoints signed earlier: the log that was signed last must begin with each of them. */
async function verifyCheckpoints(folder, keys, last) {
  const roots = new Map([[last.size, last.root]]);
  if (!existsSync(join(folder, "log/checkpoints.ndjson"))) return roots;
  for await (const line of linesOf(join(folder, "log/checkpoints.ndjson"))) {
    const { note, path } = parse(line, "log/checkpoints.ndjson");
    const { size, root } = readCheckpoint(note, keys, "A checkpoint in log/checkpoints.ndjson");
    must(size <= last.size, `The log was cut short: ${size} entries were signed before, ${last.size} now.`);
    const holds = verifyConsistency({ first: size, second: last.size, firstRoot: root, secondRoot: last.root, path });
    must(holds, `The log was rewritten: it does not begin with the ${size} entries that were signed before.`);
    roots.set(size, root);
  }
  return roots;
}

/** The checkpoint an auditor kept: the shorter of the two logs must begin the longer. */
function verifyKept({ checkpoint: note, proof }, keys, last, known) {
  const kept = readCheckpoint(note, keys, "The checkpoint you gave");
  const rewritten = `The log was rewritten: the pack's, of ${last.size} entries, and that of the checkpoint you gave, of ${kept.size}, are not one.`;
  if (known.has(kept.size)) return must(known.get(kept.size) === kept.root, rewritten);
  const [older, newer] = kept.size < last.size ? [kept, last] : [last, kept];
  const missing =
    older === kept
      ? `The pack brings no proof from ${kept.size} to ${last.size} entries; give one with --proof.`
      : `The checkpoint you gave covers ${kept.size} entries, the pack ${last.size}: it is older, or the log was cut short. Give a proof from ${last.size} to ${kept.size} with --proof.`;
  must(proof, missing);
  const { path } = parse(proof, "The proof you gave");
  const claim = { first: older.size, second: newer.size, firstRoot: older.root, secondRoot: newer.root, path };
  must(verifyConsistency(claim), rewritten);
}

// Reading

function read(folder, path) {
  must(existsSync(join(folder, path)), `${path} is missing.`);
  return readFileSync(join(folder, path));
}

function parse(text, what) {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new NotValid(`${what} is no JSON.`);
  }
}

async function* linesOf(file) {
  must(existsSync(file), `${file} is missing.`);
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8" })) {
    const lines = chunk.split("\n");
    rest += lines[0];
    if (lines.length === 1) continue;
    yield rest;
    rest = lines.pop();
    yield* lines.slice(1);
  }
  if (rest) yield rest;
}

async function hashOf(file) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => !file.isDirectory())
    .map((file) =>
      relative(folder, join(file.parentPath ?? file.path, file.name))
        .split(sep)
        .join("/"),
    );
}

/** Exact decimals: whole units of 10^-digits. */
function decimal(text) {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  must(parts, `“${text}” is no amount.`);
  const [, sign, whole, fraction = ""] = parts;
  return { units: BigInt(`${sign}${whole}${fraction}`), digits: fraction.length };
}

function add(a, b) {
  const digits = Math.max(a.digits, b.digits);
  const scaled = ({ units, digits: had }) => units * 10n ** BigInt(digits - had);
  return { units: scaled(a) + scaled(b), digits };
}

function same(a, b) {
  return add(a, { ...b, units: -b.units }).units === 0n;
}

// The command

async function main() {
  const text = { type: "string" };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: text, checkpoint: text, proof: text },
  });
  const fileOr = (value) => (value && existsSync(value) ? readFileSync(value, "utf8") : value);
  const given = {
    key: fileOr(values.key),
    checkpoint: values.checkpoint && readFileSync(values.checkpoint, "utf8"),
    proof: values.proof && readFileSync(values.proof, "utf8"),
  };
  const folder = positionals[0] ?? import.meta.dirname ?? ".";
  try {
    const { manifest, checkpoint, entries, checkpoints, sealed } = await verifyPack(folder, given);
    const rows = manifest.parts.reduce((sum, part) => sum + part.rows, 0);
    const lines = [
      `Valid. ${manifest.title}, as of ${manifest.asOf}.`,
      `  ${manifest.files.length} files with ${rows} rows are as they were sealed at ${sealed.recordedAt}.`,
      `  ${entries} entries stand in the log of ${checkpoint.size}, which begins with ${checkpoints - 1} checkpoints signed earlier.`,
      `  Signed by ${checkpoint.signer.verifier}`,
    ];
    if (!given.key)
      lines.push("  That key came with the pack. Compare it with one from elsewhere, or give that one with --key.");
    process.stdout.write(`${lines.join("\n")}\n`);
  } catch (error) {
    if (!(error instanceof NotValid)) throw error;
    process.stderr.write(`Not valid. ${error.message}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  await main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
}
