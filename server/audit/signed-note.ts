import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

/**
 * Notes signed with Ed25519, as C2SP's signed-note and tlog-checkpoint specify them: a text that ends in a line feed, an
 * empty line, then one line for each signature: an em dash, the key's name, and base64 of the key's four-byte id and
 * the signature over the text.
 */
const ED25519 = 0x01;
const DASH = "\u2014";
/** What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410). */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** A public key as auditors keep it: `<name>+<id>+<base64 of 0x01 and the key>`. */
export function verifierKey(name: string, publicKey: KeyObject): string {
  const bytes = Buffer.concat([Uint8Array.of(ED25519), rawKey(publicKey)]);
  return `${name}+${keyId(name, bytes).toString("hex")}+${bytes.toString("base64")}`;
}

export function signNote(text: string, name: string, privateKey: KeyObject): string {
  const publicKey = createPublicKey(privateKey);
  const id = keyId(name, Buffer.concat([Uint8Array.of(ED25519), rawKey(publicKey)]));
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n${DASH} ${name} ${signature.toString("base64")}\n`;
}

/** The text of a note when the given key signed it; null otherwise. */
export function openNote(note: string, verifier: string): string | null {
  const end = note.lastIndexOf("\n\n") + 1;
  if (end === 0) return null;
  const text = note.slice(0, end);
  const { name, id, key } = parseVerifier(verifier);
  for (const line of note.slice(end + 1).split("\n")) {
    const [dash, signer, signature] = line.split(" ");
    if (dash !== DASH || signer !== name || !signature) continue;
    const bytes = Buffer.from(signature, "base64");
    if (bytes.subarray(0, 4).equals(id) && verify(null, Buffer.from(text), key, bytes.subarray(4))) return text;
  }
  return null;
}

/** The text a checkpoint signs: the log's name, its size, and base64 of its root. */
export function checkpointText(origin: string, size: number, root: string): string {
  return `${origin}\n${size}\n${Buffer.from(root, "hex").toString("base64")}\n`;
}

/** What a key signs when it hands over to the next; its second line is no size, so that it can be no checkpoint. */
export function endorsementText(origin: string, size: number, nextKey: string): string {
  return `${origin}\nrotate-key\n${size}\n${nextKey}\n`;
}

function parseVerifier(verifier: string): { name: string; id: Buffer; key: KeyObject } {
  const [name = "", id = "", ...rest] = verifier.split("+");
  const bytes = Buffer.from(rest.join("+"), "base64");
  const key = createPublicKey({ key: Buffer.concat([SPKI, bytes.subarray(1)]), format: "der", type: "spki" });
  return { name, id: Buffer.from(id, "hex"), key };
}

function keyId(name: string, bytes: Buffer): Buffer {
  return createHash("sha256").update(`${name}\n`).update(bytes).digest().subarray(0, 4);
}

function rawKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: "der", type: "spki" }).subarray(SPKI.length);
}
