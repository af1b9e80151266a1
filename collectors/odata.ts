import * as z from "zod";
import { VendorError } from "./collector.ts";
import type { Answer, Ask, Http } from "./http.ts";

/** An OData V2 answer with a list of rows, and perhaps the link to the next page. */
export function odataPage<S extends z.ZodType>(row: S) {
  return z.looseObject({ d: z.looseObject({ results: z.array(row), __next: z.string().optional() }) });
}

/** An OData V2 answer with one row. */
export function odataEntity<S extends z.ZodType>(row: S) {
  return z.looseObject({ d: row });
}

/**
 * An instant as SAP writes it, as ISO 8601 in UTC, or null where there is none: `/Date(1769904003000)/` (with or
 * without an offset), fourteen digits `20260131231054`, or `2026-01-31T23:10:54` which is UTC though it says no zone.
 */
export function odataInstant(value: string | null | undefined): string | null {
  if (!value) return null;
  const wrapped = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value);
  if (wrapped) return isoOf(Number(wrapped[1]));
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(value);
  if (digits) {
    if (digits[1] === "0000") return null;
    const [year, month, day, hour, minute, second] = digits.slice(1).map(Number) as [number, number, ...number[]];
    return isoOf(Date.UTC(year, month - 1, day, hour, minute, second));
  }
  if (!/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  return isoOf(Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`));
}

function isoOf(milliseconds: number): string | null {
  return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : null;
}

/** Text as an OData literal, quotes doubled. */
export function odataText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** An instant as an OData V2 literal. It carries no zone: SAP reads it as UTC and does not understand a `Z`. */
export function odataDateTime(instant: string): string {
  return `datetime'${instant.replace(/Z$/, "")}'`;
}

/** Sends what changes something, with the CSRF token and cookies SAP asks for. */
export interface CsrfDoor {
  post(path: string, ask?: Ask): Promise<Answer>;
}

/**
 * SAP refuses writes without a token it handed out before: fetched by a GET of `tokenPath`, kept together with its
 * session cookies, and fetched once more when SAP answers that it is missing or stale.
 */
export function csrfDoor(http: Http, tokenPath: string): CsrfDoor {
  let held: Record<string, string> | null = null;

  async function fetchToken(): Promise<Record<string, string>> {
    const answer = await http.send("GET", tokenPath, { headers: { "x-csrf-token": "Fetch" } });
    const token = answer.headers.get("x-csrf-token");
    if (!token) throw new VendorError("nonsense", `GET ${tokenPath} handed out no CSRF token.`);
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    return { "x-csrf-token": token, ...(cookies.length > 0 ? { cookie: cookies.join("; ") } : {}) };
  }

  return {
    async post(path, ask = {}) {
      held ??= await fetchToken();
      const send = (also: readonly number[]) =>
        http.send("POST", path, { ...ask, also, headers: { ...ask.headers, ...held } });
      const answer = await send([...(ask.also ?? []), 403]);
      if (answer.status !== 403) return answer;
      // Refused before anything was done, so sending once more with a fresh token is safe.
      held = await fetchToken();
      return send(ask.also ?? []);
    },
  };
}
