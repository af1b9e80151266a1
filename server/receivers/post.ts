import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { lookupOutside, refuseInside } from "./inside-network.ts";
import { ReceiverError } from "./receiver.ts";

const WITHIN_MILLISECONDS = 5_000;
/** Answers are read for their reason only, in characters. */
const MOST_ANSWER = 64 * 1024;

export interface Answer {
  status: number;
  text: string;
}

export interface Posting {
  url: string;
  headers?: Record<string, string>;
  /** JSON text, byte for byte as it is signed. */
  body: string;
  inside: boolean;
}

/**
 * Posts JSON and answers what came back with 2xx. Redirects are not followed. Throws `ReceiverError` in words for
 * everything else: a name that leads inside, a certificate that is not trusted, 429 with its `Retry-After`, silence.
 */
export async function post({ url: text, headers = {}, body, inside }: Posting): Promise<Answer> {
  const url = new URL(text);
  if (url.protocol !== "https:" && !(inside && url.protocol === "http:"))
    throw new ReceiverError(`${url.host} is not asked without encryption.`);
  if (!inside) refuseInside(url.hostname);
  const request = url.protocol === "https:" ? secureRequest : plainRequest;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "User-Agent": "Tieout",
      ...headers,
      "Content-Length": Buffer.byteLength(body),
    },
    signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
    ...(inside ? {} : { lookup: lookupOutside }),
  });
  sent.on("error", (error) => reject(failure(error as NodeJS.ErrnoException, url.host)));
  sent.on("response", (response) => {
    let answer = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (answer = (answer + chunk).slice(0, MOST_ANSWER)));
    response.on("error", (error) => reject(failure(error as NodeJS.ErrnoException, url.host)));
    response.on("end", () => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return resolve({ status, text: answer });
      reject(refusal(status, answer, response.headers["retry-after"], url.host));
    });
  });
  sent.end(body);
  return promise;
}

/** Errors after which nothing can have arrived. */
const NEVER_LEFT = new Set(["ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function failure(error: NodeJS.ErrnoException, host: string): ReceiverError {
  if (error instanceof ReceiverError) return error;
  const code = error.code ?? "";
  if (/CERT|SELF_SIGNED|SSL|TLS|ISSUER|UNABLE_TO/.test(code))
    return new ReceiverError(`The certificate of ${host} cannot be trusted (${code}).`);
  if (error.name === "AbortError" || error.name === "TimeoutError" || code === "ABORT_ERR")
    return new ReceiverError(`${host} did not answer within ${WITHIN_MILLISECONDS / 1000} seconds.`, {
      mayHaveArrived: true,
    });
  return new ReceiverError(`${host} cannot be reached (${code || error.message}).`, {
    mayHaveArrived: !NEVER_LEFT.has(code),
  });
}

function refusal(status: number, text: string, retryAfter: string | undefined, host: string): ReceiverError {
  const said = text.replaceAll(/\s+/g, " ").trim().slice(0, 200);
  return new ReceiverError(`${host} answered ${status}${said ? `: ${said}` : ""}.`, {
    waitSeconds: secondsOf(retryAfter),
    mayHaveArrived: status >= 500,
  });
}

/** `Retry-After` as seconds or as a date. */
function secondsOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
