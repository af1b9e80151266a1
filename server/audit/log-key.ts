import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../options.ts";
import { auditKeys, auditSize, insertAuditKey, lockAudit } from "../store/postgres/audit.ts";
import type { Asking, Postgres } from "../store/postgres.ts";
import { record, TIEOUT, type AuditEntry } from "./record.ts";
import { endorsementText, signNote, verifierKey } from "./signed-note.ts";

/** What signs in the log's name now. */
export interface LogKey {
  /** The log's name, as checkpoints begin. */
  origin: string;
  /** The public key, as auditors keep it. */
  verifier: string;
  sign(text: string): string;
}

/** Where the private key stands: TIEOUT_AUDIT_KEY_FILE, or a file of the data directory. */
export function logKeyFile(given: string | undefined, dataDirectory: string): string {
  if (!given) return join(dataDirectory, "audit-key.pem");
  if (existsSync(given)) return given;
  throw new OptionError(
    `TIEOUT_AUDIT_KEY_FILE=${given}: there is no such file. Make one with: openssl genpkey -algorithm ed25519 -out ${given}`,
  );
}

/**
 * Makes the log's key at the first start, readable by its owner only; later makes sure that it is still there.
 *
 * @throws {OptionError} where the file holds another key than the log was signed with last
 */
export async function keepLogKey(store: Postgres, made: { file: string; estate: string; at: Date }): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.ask(lockAudit, {});
    if ((await tx.ask(auditKeys, {})).length > 0) return void (await logKey(tx, made.file));
    const origin = `tieout/${made.estate.replaceAll(/[^\w.-]/g, "-")}/${randomBytes(4).toString("hex")}`;
    if (!existsSync(made.file)) writeKey(made.file);
    const key = verifierOf(origin, readKey(made.file));
    await keep(tx, { sequence: 1, key, endorsement: null, reason: "The first key of the log." });
    const detail = { key };
    await record(tx, { at: made.at, actor: TIEOUT, action: "audit-key.create", subject: "audit-log:key", detail });
  });
}

/** The key in force, read when it is used: it may have been rotated by another process. */
export async function logKey(store: Asking, file: string): Promise<LogKey> {
  const last = (await store.ask(auditKeys, {})).at(-1);
  if (!last) throw new Error("The audit log has no key yet.");
  const origin = last.key.split("+")[0]!;
  // A rotation cut short between the database and the file is finished here.
  const next = `${file}.next`;
  if (existsSync(next) && verifierOf(origin, readKey(next)) === last.key) renameSync(next, file);
  const key = existsSync(file) ? readKey(file) : null;
  if (!key || verifierOf(origin, key) !== last.key) {
    throw new OptionError(
      `The audit log was last signed with the key ${last.key}, and ${file} ${key ? "holds another" : "is not there"}. ` +
        "Put the key back, or, if it is lost, say so with: npm run audit -- rotate-key --lost --reason <why>",
    );
  }
  return { origin, verifier: last.key, sign: (text) => signNote(text, origin, key) };
}

export interface Rotation {
  file: string;
  at: Date;
  actor: AuditEntry["actor"];
  reason: string;
  /** The key there was is gone and can endorse nobody. */
  lost: boolean;
}

/** Hands over to a new key. The one before signs that it does, unless it is lost. Answers the new public key. */
export async function rotateLogKey(store: Postgres, { file, at, actor, reason, lost }: Rotation): Promise<string> {
  const next = `${file}.next`;
  const rotated = await store.transaction(async (tx) => {
    await tx.ask(lockAudit, {});
    const last = (await tx.ask(auditKeys, {})).at(-1);
    if (!last) throw new OptionError("The audit log has no key yet; it is made at the first start.");
    const origin = last.key.split("+")[0]!;
    const before = lost ? null : await logKey(tx, file);
    writeKey(next);
    const key = verifierOf(origin, readKey(next));
    const [{ size } = { size: 0 }] = await tx.ask(auditSize, {});
    const endorsement = before?.sign(endorsementText(origin, size, key)) ?? null;
    await keep(tx, { sequence: last.sequence + 1, key, endorsement, reason });
    const detail = { from: last.key, to: key, endorsement, reason };
    await record(tx, { at, actor, action: "audit-key.rotate", subject: "audit-log:key", detail });
    return key;
  });
  renameSync(next, file);
  return rotated;
}

async function keep(
  tx: Asking,
  row: { sequence: number; key: string; endorsement: string | null; reason: string },
): Promise<void> {
  const [{ size } = { size: 0 }] = await tx.ask(auditSize, {});
  const { sequence, key, endorsement, reason } = row;
  await tx.ask(insertAuditKey, {
    ...{ sequence, key, since: new Date().toISOString(), fromSize: size, endorsement, reason },
  });
}

function writeKey(file: string): void {
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
}

function readKey(file: string): KeyObject {
  const key = createPrivateKey(readFileSync(file, "utf8"));
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new OptionError(`${file} holds a key of type ${key.asymmetricKeyType}; expected Ed25519.`);
}

function verifierOf(origin: string, key: KeyObject): string {
  return verifierKey(origin, createPublicKey(key));
}
