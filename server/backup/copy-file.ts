import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import pLimit from "p-limit";

interface Read {
  bytes: number;
  sha256: string;
}

/** Copies a file to where none is yet, on the disk when answered, and tells what was read. */
export async function copyFile(from: string, to: string, mode: number): Promise<Read> {
  const reading = hashing(from);
  await pipeline(reading.chunks, createWriteStream(to, { flags: "wx", mode, flush: true }));
  // What a file is made with is narrowed by the process's mask; it gets exactly the rights asked for.
  await chmod(to, mode);
  return reading.read();
}

/** Reads a file to its end. */
export async function hashFile(path: string): Promise<Read> {
  const reading = hashing(path);
  for await (const _ of reading.chunks);
  return reading.read();
}

/** Files waited for at once: most of a small file's time is the disk's. */
const AT_ONCE = 8;

/** Does something with each file; the answers come in the order of the files. */
export function ofEach<T, R>(files: readonly T[], act: (file: T) => Promise<R>): Promise<R[]> {
  return pLimit(AT_ONCE).map(files, act);
}

function hashing(path: string): { chunks: AsyncIterable<Buffer>; read: () => Read } {
  const hash = createHash("sha256");
  let bytes = 0;
  async function* chunks() {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { chunks: chunks(), read: () => ({ bytes, sha256: hash.digest("hex") }) };
}
