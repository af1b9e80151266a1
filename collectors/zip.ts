import { strFromU8, unzipSync, zipSync } from "fflate";
import { VendorError } from "./collector.ts";

/** The most a file may grow to when it is unpacked. */
const MOST = 64 * 1024 * 1024;

/** The text of the first file in a ZIP archive whose name fits; `bytes` has a character for each byte. */
export function unzipped(bytes: string, name: RegExp, what: string): string {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(Buffer.from(bytes, "latin1"), {
      filter: (file) => name.test(file.name) && file.originalSize <= MOST,
    });
  } catch {
    throw new VendorError("nonsense", `${what} is no ZIP archive.`);
  }
  const [file] = Object.values(files);
  if (!file) throw new VendorError("nonsense", `${what} holds no file like ${name.source}, or a very large one.`);
  return strFromU8(file).replace(/^\uFEFF/, "");
}

/** A ZIP archive of one text file. */
export function zipped(name: string, text: string): Uint8Array<ArrayBuffer> {
  return zipSync({ [name]: Buffer.from(text) }) as Uint8Array<ArrayBuffer>;
}
