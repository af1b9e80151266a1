import { setTimeout as sleep } from "node:timers/promises";
import { parse as parseExact } from "lossless-json";
import pRetry from "p-retry";
import type * as z from "zod";
import type { Budget } from "./budget.ts";
import { VendorError } from "./collector.ts";
import type { Tools } from "./collector.ts";
import { createRedaction, excerptOf } from "./redaction.ts";
import { readText, refusal, unreachable, type Answer } from "./vendor-answer.ts";
import { createVendorClock, type VendorClock } from "./vendor-clock.ts";

export type { Answer };

/** How requests prove who asks. `refresh` forgets what was cached, so that the next `headers` asks again. */
export interface Authorize {
  /** `request` is what will be sent, for vendors that ask for a signature over it. */
  headers(request: { method: string; url: string }): Promise<Record<string, string>> | Record<string, string>;
  refresh?(): Promise<void> | void;
}

export interface HttpOptions {
  /** Where paths are appended to; may itself have a path. Links elsewhere are refused. */
  baseUrl: string;
  tools: Tools;
  authorize?: Authorize;
  /** One for all the addresses of a system. */
  budget?: Budget;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Values that must never appear in a message: passwords, keys, tokens. */
  secrets?: readonly string[];
  timeoutMilliseconds?: number;
  /** The largest answer read; 10 MB unless it says otherwise. */
  maxBytes?: number;
  /** For vendors that answer 200 with an error inside: its text, or null where the answer is good. Told as `refused`. */
  errorIn?: (value: unknown) => string | null;
  /** Repetitions of idempotent requests; few, because the next poll repeats everything anyway. */
  retries?: number;
  /** A longer Retry-After is left to the caller, as `VendorError.retryAfterSeconds`. */
  maxWaitSeconds?: number;
}

export interface Ask {
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
  text?: string;
  /** For a POST that only asks, such as a query or a token: it may be repeated. GET, HEAD, PUT and DELETE always may. */
  idempotent?: boolean;
  /** Error statuses to hand back instead of throwing. */
  also?: readonly number[];
  /** Numbers arrive as text, digit for digit; for answers that write money as JSON numbers. */
  exactNumbers?: boolean;
  /** The answer holds credentials and is never quoted. */
  confidential?: boolean;
  /** The answer is no text, such as an archive: its text has a character for each byte. */
  bytes?: boolean;
}

export interface Http {
  /** Asks for JSON of a shape. `path` is appended to the base, or is a link the vendor handed out. */
  get<S extends z.ZodType>(path: string, shape: S, ask?: Ask): Promise<z.output<S>>;
  /** Sends and asks for JSON of a shape; never repeated unless `ask.idempotent`. */
  post<S extends z.ZodType>(path: string, shape: S, ask?: Ask): Promise<z.output<S>>;
  /** Any method; the answer's body as text, for what is not JSON or is empty. */
  send(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** The vendor's clock: ours, put right by what its `Date` headers say where that is minutes away. */
  vendorNow(): Date;
  /** Reads JSON of a shape out of an answer of `send`. */
  read<S extends z.ZodType>(answer: Answer, shape: S, what: string, ask?: Ask): z.output<S>;
}

const REPEATABLE = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const FIRST_WAIT_MILLISECONDS = 200;
/** How much of an answer is looked at for quoting. */
const QUOTABLE = 2000;

/**
 * A vendor's door. Every failure becomes a `VendorError` in plain words without secrets: unreachable (network, time,
 * 5xx), unauthorized (401 after refreshing credentials once), forbidden, rate-limited, not-found, refused (other
 * 4xx), nonsense (not JSON, wrong shape, too large, a link or redirect to another host).
 */
export function createHttp(options: HttpOptions): Http {
  const wait = options.tools.wait ?? sleep;
  const clock = options.tools.vendorClock ?? createVendorClock(options.tools);
  const door: Door = { options, clock, redact: createRedaction(options.secrets ?? []) };
  const base = options.baseUrl.replace(/\/+$/, "");

  async function send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const url = addressOf(base, path, ask.query);
    const asked: Asked = { method, url, what: `${method} ${new URL(url).pathname}`, ask };
    const repeatable = REPEATABLE.has(method) || ask.idempotent === true;
    const maxWaitSeconds = options.maxWaitSeconds ?? 5;
    return pRetry(() => sendAuthorized(door, asked), {
      retries: repeatable ? (options.retries ?? 2) : 0,
      // The pause is made here, so that whoever opens the door decides how time passes.
      minTimeout: 0,
      shouldRetry: ({ error }) => isPassing(error, maxWaitSeconds),
      onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
        if (retriesLeft > 0 && isPassing(error, maxWaitSeconds)) await wait(pauseAfter(error, attemptNumber));
      },
    });
  }

  const read: Http["read"] = (answer, shape, what, ask = {}) => readJson(door, answer, shape, what, ask);
  return {
    send,
    read,
    vendorNow: clock.now,
    get: async (path, shape, ask) => read(await send("GET", path, ask), shape, `GET ${pathOf(path)}`, ask),
    post: async (path, shape, ask) => read(await send("POST", path, ask), shape, `POST ${pathOf(path)}`, ask),
  };
}

interface Door {
  options: HttpOptions;
  clock: VendorClock;
  redact: (text: string) => string;
}

interface Asked {
  method: string;
  url: string;
  /** Method and path, for messages. */
  what: string;
  ask: Ask;
}

async function sendAuthorized(door: Door, asked: Asked): Promise<Answer> {
  const { authorize } = door.options;
  const { ask, what } = asked;
  let answer = await sendOnce(door, asked);
  if (answer.status === 401 && authorize?.refresh && !ask.also?.includes(401)) {
    // A 401 means that nothing was done, so repeating is safe for any method.
    await authorize.refresh();
    answer = await sendOnce(door, asked);
  }
  if (answer.status < 400 || ask.also?.includes(answer.status)) return answer;
  throw refusal(answer, what, ask.confidential ? "" : door.redact(answer.text.slice(0, QUOTABLE)));
}

async function sendOnce(door: Door, asked: Asked, hops = 0): Promise<Answer> {
  const { options, redact, clock } = door;
  const { method, url, what, ask } = asked;
  await options.budget?.take();
  const headers = {
    accept: "application/json",
    ...options.headers,
    ...(await options.authorize?.headers({ method, url })),
    ...contentType(ask),
    ...ask.headers,
  };
  const startedAt = performance.now();
  const heard = clock.asking(new URL(url).host);
  let status = 0;
  try {
    const response = await options.tools.fetch(url, {
      method,
      headers,
      body: bodyOf(ask),
      redirect: "manual",
      signal: AbortSignal.timeout(options.timeoutMilliseconds ?? 30_000),
    });
    status = response.status;
    heard(response.headers);
    if (!REDIRECTS.has(status)) {
      const text = await readText(response, options.maxBytes ?? 10 * 1024 * 1024, what, ask.bytes);
      return { status, headers: response.headers, text };
    }
    await response.body?.cancel();
    const target = followed(response.headers.get("location"), asked, hops);
    return await sendOnce(door, { ...asked, url: target }, hops + 1);
  } catch (error) {
    throw error instanceof VendorError ? error : unreachable(error, url, redact);
  } finally {
    options.tools.counted({ status, milliseconds: performance.now() - startedAt });
  }
}

function readJson<S extends z.ZodType>(door: Door, answer: Answer, shape: S, what: string, ask: Ask): z.output<S> {
  const quote = () =>
    ask.confidential ? "" : `: ${excerptOf(door.redact(answer.text.slice(0, QUOTABLE))) || "nothing"}`;
  let value: unknown;
  try {
    value = ask.exactNumbers ? parseExact(answer.text, null, (digits) => digits) : JSON.parse(answer.text);
  } catch {
    const kind = /^\s*</.test(answer.text) ? "a web page or XML" : "something that is not JSON";
    throw new VendorError("nonsense", `${what} answered ${kind}${quote()}`);
  }
  const error = door.options.errorIn?.(value);
  if (error)
    throw new VendorError(
      "refused",
      `${what} answered ${answer.status} with an error: ${excerptOf(door.redact(error))}`,
    );
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `at ${issue.path.join(".")}: ` : "";
  throw new VendorError("nonsense", `${what} answered in an unexpected shape, ${where}${issue?.message}${quote()}`);
}

function pathOf(path: string): string {
  return new URL(path, "http://vendor").pathname;
}

function addressOf(base: string, path: string, query: Ask["query"]): string {
  const url = new URL(/^https?:/i.test(path) ? path : base + path);
  if (url.origin !== new URL(base).origin) {
    throw new VendorError(
      "nonsense",
      `The vendor handed out a link to another host, ${url.host}; it was not followed.`,
    );
  }
  // Encoded by hand: URLSearchParams writes a space as "+", which OData reads as a plus sign.
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const search = pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
  if (search.length > 0) url.search = [url.search.slice(1), ...search].filter(Boolean).join("&");
  return url.href;
}

function followed(location: string | null, { url, what, method }: Asked, hops: number): string {
  const target = new URL(location ?? url, url);
  if (target.origin !== new URL(url).origin) {
    throw new VendorError("nonsense", `${what} redirected to another host, ${target.host}; it was not followed.`);
  }
  if (hops >= 3 || method !== "GET") throw new VendorError("nonsense", `${what} redirected without end.`);
  return target.href;
}

function contentType(ask: Ask): Record<string, string> {
  if (ask.json !== undefined) return { "content-type": "application/json" };
  if (ask.form) return { "content-type": "application/x-www-form-urlencoded" };
  return {};
}

function bodyOf(ask: Ask): string | undefined {
  if (ask.json !== undefined) return JSON.stringify(ask.json);
  if (ask.form) return new URLSearchParams(ask.form).toString();
  return ask.text;
}

/** Milliseconds to wait: as long as the vendor asks, and a jittered back-off that grows with each attempt. */
function pauseAfter(error: Error, attempt: number): number {
  const asked = error instanceof VendorError ? (error.retryAfterSeconds ?? 0) : 0;
  return asked * 1000 + FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1) * (1 + Math.random());
}

/** Whether waiting a moment may help. */
function isPassing(error: Error, maxWaitSeconds: number): boolean {
  if (!(error instanceof VendorError)) return false;
  if (error.code !== "unreachable" && error.code !== "rate-limited") return false;
  return (error.retryAfterSeconds ?? 0) <= maxWaitSeconds;
}
