import * as z from "zod";
import type { Authorize, Http } from "./http.ts";

const TokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  /** Seconds; some servers send text. */
  expires_in: z.coerce.number().positive().default(3600),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

export interface Grant {
  /** Where tokens are asked for; without `authorize`. */
  http: Http;
  path: string;
  /** What is sent, made anew for each token because assertions are signed for a moment. */
  form(): Promise<Record<string, string>> | Record<string, string>;
  /** For vendors that want it as JSON. */
  as?: "form" | "json";
  headers?: Record<string, string>;
  clock: { now(): Date };
}

/** An `Authorize` that shows what the token came with, such as the address to ask (`instance_url`). */
export interface TokenHolder extends Authorize {
  token(): Promise<TokenAnswer>;
}

/**
 * A token asked for with a form (RFC 6749): renewed a minute before it expires or when the vendor answers 401. Requests
 * that arrive while a token is being fetched share it.
 */
export function tokenGrant({ http, path, form, as = "form", headers = {}, clock }: Grant): TokenHolder {
  let held: { answer: TokenAnswer; expiresAt: number } | null = null;
  let fetching: Promise<void> | null = null;

  async function fetchToken() {
    const ask = { idempotent: true, confidential: true, headers, [as]: await form() };
    const answer = await http.post(path, TokenAnswer, ask);
    const lifetime = Math.max(answer.expires_in - 60, answer.expires_in / 2);
    held = { answer, expiresAt: clock.now().getTime() + lifetime * 1000 };
  }
  async function token() {
    if (!held || held.expiresAt <= clock.now().getTime()) {
      fetching ??= fetchToken().finally(() => (fetching = null));
      await fetching;
    }
    return held!.answer;
  }
  return {
    token,
    headers: async () => ({ authorization: `Bearer ${(await token()).access_token}` }),
    refresh() {
      held = null;
    },
  };
}

export interface ClientCredentials extends Omit<Grant, "form" | "headers"> {
  clientId: string;
  clientSecret: string;
  /** Where the client's id and secret travel: the Authorization header or the form. */
  style: "header" | "form";
  /** Further form fields, such as a scope. */
  form?: Record<string, string>;
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4). */
export function clientCredentials({ clientId, clientSecret, style, form, ...rest }: ClientCredentials): TokenHolder {
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
  const inForm: Record<string, string> = style === "form" ? { client_id: clientId, client_secret: clientSecret } : {};
  return tokenGrant({
    ...rest,
    headers: style === "header" ? { authorization: `Basic ${basic}` } : {},
    form: () => ({ grant_type: "client_credentials", ...inForm, ...form }),
  });
}
