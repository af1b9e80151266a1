import { VendorError } from "./collector.ts";
import { excerptOf } from "./redaction.ts";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Why a certificate was refused, in words. */
const CERTIFICATES: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED/, "its certificate has expired"],
  [/CERT_NOT_YET_VALID/, "its certificate is not valid yet; the clock of this machine may be wrong"],
  [/ALTNAME_INVALID/, "its certificate belongs to another name"],
  [/SELF_SIGNED/, "its certificate is signed by itself or by an authority that is not known here"],
  [/UNABLE_TO_(VERIFY|GET)|CERT_/, "its certificate could not be verified"],
];

/** A body as text, up to a size; with `asBytes` as a character for each byte. */
export async function readText(response: Response, maxBytes: number, what: string, asBytes = false): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      // Leaving the loop cancels the rest of the body.
      throw new VendorError(
        "nonsense",
        `${what} answered more than ${Math.round(maxBytes / 1024 / 102.4) / 10} MB on one page.`,
      );
    }
    text += asBytes ? Buffer.from(chunk).toString("latin1") : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `cause` carries the status and the beginning of the answer, for collectors that read the vendor's own error code. */
export function refusal(answer: Answer, what: string, text: string): VendorError {
  const quote = excerptOf(text);
  const message = `${what} answered ${answer.status}${quote ? `: ${quote}` : ""}`;
  const options = { retryAfterSeconds: retryAfterOf(answer.headers), cause: { status: answer.status, text } };
  if (answer.status === 401) return new VendorError("unauthorized", message, options);
  if (answer.status === 403) return new VendorError("forbidden", message, options);
  if (answer.status === 404) return new VendorError("not-found", message, options);
  if (answer.status === 429) return new VendorError("rate-limited", message, options);
  if (answer.status >= 500 || answer.status === 408) return new VendorError("unreachable", message, options);
  return new VendorError("refused", message, options);
}

function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (!value) return null;
  // Against the vendor's own clock, which may not agree with ours.
  const sentAt = Date.parse(headers.get("date") ?? "") || Date.now();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - sentAt) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}

export function unreachable(error: unknown, url: string, redact: (text: string) => string): VendorError {
  const { host } = new URL(url);
  if (error instanceof Error && error.name === "TimeoutError") {
    return new VendorError("unreachable", `${host} did not answer in time.`);
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = (cause as NodeJS.ErrnoException)?.code ?? (cause instanceof Error ? cause.message : String(cause));
  const told = CERTIFICATES.find(([pattern]) => pattern.test(String(reason)))?.[1];
  if (told) return new VendorError("unreachable", `${host} could not be trusted: ${told} (${reason}).`);
  return new VendorError("unreachable", redact(`${host} could not be reached: ${reason}`));
}
