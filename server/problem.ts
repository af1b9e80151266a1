import { HTTPException } from "hono/http-exception";
import type { Context as HonoContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";
import { Fault, FAULT_STATUS } from "./fault.ts";

const TITLES: Record<number, string> = {
  400: "The request is not as expected",
  401: "Not signed in",
  403: "Not permitted",
  404: "Not found",
  405: "Not done this way",
  409: "In conflict with what is there",
  413: "Too large",
  415: "This kind of content is not accepted",
  422: "What came cannot be accepted",
  429: "Too many requests",
  500: "Something failed inside Tieout",
  502: "The other system refused",
  503: "Not available right now",
};

/** Seconds a client is asked to wait after 429 and 503 where the fault does not say. */
const RETRY_AFTER = 2;

/** The web library refuses a body that is no JSON in its own way. */
function faultOf(error: unknown): Fault | null {
  if (error instanceof Fault) return error;
  if (error instanceof HTTPException && error.status === 400)
    return new Fault("invalid-input", "The body is not JSON.");
  return null;
}

/** Answers RFC 9457 problem details; a crash is logged in full and told in one sentence. */
export function problem(c: HonoContext, error: unknown, log: Logger): Response {
  const fault = faultOf(error);
  const status = fault ? FAULT_STATUS[fault.code] : 500;
  if (!fault) log.error({ err: error, path: c.req.path }, "a request crashed");
  if (status === 429 || status === 503) c.header("Retry-After", String(fault?.detail.retryAfterSeconds ?? RETRY_AFTER));
  return c.body(
    JSON.stringify({
      ...fault?.detail,
      type: fault ? `urn:tieout:fault:${fault.code}` : "about:blank",
      title: TITLES[status],
      status,
      detail: fault?.message ?? "The failure is in the server's log. Nothing that was acknowledged is lost.",
      code: fault?.code ?? "crash",
    }),
    status as ContentfulStatusCode,
    { "Content-Type": "application/problem+json" },
  );
}
