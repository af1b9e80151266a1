import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import pLimit from "p-limit";
import { Fault } from "../fault.ts";

export interface BodyLimits {
  /** Largest body, also after inflating, in bytes. */
  maxBytes: number;
  /** Holds room for bytes about to be read; throws when there is none. */
  reserve(bytes: number): () => void;
}

export type Body =
  | { text: string; bytes: null }
  /** What is not text in UTF-8, or could not be inflated. */
  | { text: null; bytes: Buffer; reason: string };

const STEP = 256 * 1024;
const inflate = promisify(gunzip);
/** Each may unfold to the largest body, so few at a time. */
const inflating = pLimit(2);

/**
 * Reads a request's body whole, `Content-Encoding: gzip` inflated, never holding more than `maxBytes`: a larger one is
 * refused with the Fault `too-large` as soon as that shows. `act` runs while room for the body is held.
 */
export async function withBody<T>(request: Request, limits: BodyLimits, act: (body: Body) => Promise<T>): Promise<T> {
  const encoding = (request.headers.get("content-encoding") ?? "identity").toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip") {
    throw new Fault("unsupported-media", `Content-Encoding ${encoding} is not read here. Send gzip, or none.`);
  }
  const declared = request.headers.get("content-length");
  const length = declared === null ? null : Number(declared);
  if (length !== null && length > limits.maxBytes) throw tooLarge(limits);
  const releases: (() => void)[] = [];
  const reserve = (bytes: number) => void releases.push(limits.reserve(bytes));
  try {
    if (length !== null) reserve(length);
    const sent =
      length === null ? await readCounted(request, limits, reserve) : Buffer.from(await request.arrayBuffer());
    if (encoding === "identity") return await act(decode(sent));
    const body = await inflating(() => inflateBody(sent, limits));
    if (!Buffer.isBuffer(body)) return await act(body);
    reserve(body.byteLength);
    return await act(decode(body));
  } finally {
    for (const release of releases) release();
  }
}

/** A body of unknown length takes room as it comes, in steps. */
async function readCounted(request: Request, limits: BodyLimits, reserve: (bytes: number) => void): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let reserved = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limits.maxBytes) throw tooLarge(limits);
    for (; reserved < bytes; reserved += STEP) reserve(STEP);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function inflateBody(sent: Buffer, limits: BodyLimits): Promise<Buffer | Body> {
  try {
    return await inflate(sent, { maxOutputLength: limits.maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limits);
    return { text: null, bytes: sent, reason: "The body is said to be gzip and cannot be inflated." };
  }
}

/** A byte order mark stays in the text: it is part of what came. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer): Body {
  try {
    return { text: UTF8.decode(bytes), bytes: null };
  } catch {
    return { text: null, bytes, reason: "The body is not text in UTF-8." };
  }
}

function tooLarge({ maxBytes }: BodyLimits): Fault {
  return new Fault("too-large", `The body is larger than ${maxBytes} bytes. Nothing of it was kept.`, { maxBytes });
}
