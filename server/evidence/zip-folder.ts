import { createHash } from "node:crypto";
import { createWriteStream, readdirSync, renameSync } from "node:fs";
import { join, relative } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

/** Endings of what is compressed already. */
const PACKED = /[.](xlsx|pdf)$/;

/** Packs a folder's files, one stream at a time; the archive is there only when it is whole. */
export async function zipFolder(folder: string, archive: string): Promise<{ bytes: number; sha256: string }> {
  const zip = new ZipFile();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
  for (const path of paths) zip.addFile(join(folder, path), path, { mode: 0o100644, compress: !PACKED.test(path) });
  zip.end();
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      done(null, chunk);
    },
  });
  await pipeline(zip.outputStream, counted, createWriteStream(`${archive}.part`, { mode: 0o600 }));
  renameSync(`${archive}.part`, archive);
  return { bytes, sha256: hash.digest("hex") };
}
