import type { Authorize, Http } from "../http.ts";
import { VendorError } from "../collector.ts";
import { TokenAnswer } from "./vendor.ts";

/** A token is renewed this long before it ends, in milliseconds. */
const MARGIN = 60_000;

/**
 * Anaplan's own tokens: Basic once, then the token renews itself while it lives (35 minutes); after a 401 everything
 * is forgotten and the password is asked for again. Requests that arrive meanwhile share one token.
 */
export function anaplanToken(
  http: Http,
  credentials: { user: string; password: string },
  clock: { now(): Date },
): Authorize {
  let held: { value: string; expiresAt: number } | null = null;
  let fetching: Promise<void> | null = null;

  const ask = async (path: string, authorization: string) => {
    const answer = await http.post(path, TokenAnswer, {
      idempotent: true,
      confidential: true,
      headers: { authorization },
    });
    held = { value: answer.tokenInfo.tokenValue, expiresAt: answer.tokenInfo.expiresAt };
  };
  const fetchToken = async () => {
    const now = clock.now().getTime();
    if (held && now < held.expiresAt) {
      try {
        return await ask("/token/refresh", `AnaplanAuthToken ${held.value}`);
      } catch (error) {
        if (!(error instanceof VendorError) || error.code !== "unauthorized") throw error;
      }
    }
    const basic = Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64");
    await ask("/token/authenticate", `Basic ${basic}`);
  };
  return {
    async headers() {
      if (!held || clock.now().getTime() >= held.expiresAt - MARGIN) {
        fetching ??= fetchToken().finally(() => (fetching = null));
        await fetching;
      }
      return { authorization: `AnaplanAuthToken ${held?.value}` };
    },
    refresh() {
      held = null;
    },
  };
}
