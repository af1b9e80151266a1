import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { LineLayout } from "../../schemas/event/line-layout.ts";
import { Fault } from "../fault.ts";

export interface Spooled {
  path: string;
  /** Of the file as it was sent, before it was decoded and after it was inflated. */
  sha256: string;
  bytes: number;
}

export interface Spooling {
  path: string;
  gzip: boolean;
  encoding: LineLayout["encoding"];
  /** Largest file in bytes, also after inflating. */
  maxBytes: number;
}

/** Writes a stream to disk as UTF-8 without ever holding more than a few pieces of it, and hashes it on the way. */
export async function spool(source: Readable, { path, gzip, encoding, maxBytes }: Spooling): Promise<Spooled> {
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return done(new Fault("too-large", `The file is larger than ${maxBytes} bytes.`));
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const steps: (Readable | Transform)[] = [source, ...(gzip ? [createGunzip()] : []), counted];
  if (encoding !== "utf-8") steps.push(decoded(encoding));
  try {
    await pipeline([...steps, createWriteStream(path, { mode: 0o600 })]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith("Z_"))
      throw new Fault("invalid-input", "The file is said to be gzip and cannot be inflated; it may be cut short.");
    throw error;
  }
  return { path, sha256: hash.digest("hex"), bytes };
}

function decoded(encoding: LineLayout["encoding"]): Transform {
  const decoder = new TextDecoder(encoding);
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, Buffer.from(decoder.decode(chunk, { stream: true }))),
    flush: (done) => done(null, Buffer.from(decoder.decode())),
  });
}
