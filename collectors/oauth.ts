import * as z from "zod";
import type { Authorize, Http } from "./http.ts";

const TokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  /** Seconds; some servers send text. */
  expires_in: z.coerce.number().positive().default(3600),
});

export interface ClientCredentials {
  /** Where tokens are asked for; without `authorize`. */
  http: Http;
  path: string;
  clientId: string;
  clientSecret: string;
  /** Where the client's id and secret travel: the Authorization header or the form. */
  style: "header" | "form";
  /** Further form fields, such as a scope. */
  form?: Record<string, string>;
  clock: { now(): Date };
}

/**
 * OAuth 2.0 client credentials (RFC 6749, 4.4): one token, renewed a minute before it expires or when the vendor
 * answers 401. Requests that arrive while a token is being fetched share it.
 */
export function clientCredentials(options: ClientCredentials): Authorize {
  let held: { header: string; expiresAt: number } | null = null;
  let fetching: Promise<void> | null = null;

  async function fetchToken() {
    const { clientId, clientSecret } = options;
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
    const inForm: Record<string, string> =
      options.style === "form" ? { client_id: clientId, client_secret: clientSecret } : {};
    const answer = await options.http.post(options.path, TokenAnswer, {
      idempotent: true,
      confidential: true,
      headers: options.style === "header" ? { authorization: `Basic ${basic}` } : {},
      form: { grant_type: "client_credentials", ...inForm, ...options.form },
    });
    const lifetime = Math.max(answer.expires_in - 60, answer.expires_in / 2);
    held = { header: `Bearer ${answer.access_token}`, expiresAt: options.clock.now().getTime() + lifetime * 1000 };
  }

  return {
    async headers() {
      if (!held || held.expiresAt <= options.clock.now().getTime()) {
        fetching ??= fetchToken().finally(() => (fetching = null));
        await fetching;
      }
      return { authorization: held!.header };
    },
    refresh() {
      held = null;
    },
  };
}
