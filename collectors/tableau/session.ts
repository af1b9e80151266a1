import type { Authorize, Http } from "../http.ts";
import { SignedIn } from "./vendor.ts";

/** A session, with the id of its site, which stands in every path. */
export interface Session extends Authorize {
  siteId(): Promise<string>;
}

/**
 * Signs in with a personal access token. A session tells no end: it is used until Tableau answers 401. Tableau ends a
 * token's older session when it signs in anew, so nobody else may use the token.
 */
export function createSession(http: Http, token: { tokenName: string; tokenSecret: string; site: string }): Session {
  let held: { token: string; siteId: string } | null = null;
  let signingIn: Promise<void> | null = null;

  async function signIn() {
    const { credentials } = await http.post("/auth/signin", SignedIn, {
      idempotent: true,
      confidential: true,
      json: {
        credentials: {
          personalAccessTokenName: token.tokenName,
          personalAccessTokenSecret: token.tokenSecret,
          site: { contentUrl: token.site },
        },
      },
    });
    held = { token: credentials.token, siteId: credentials.site.id };
  }
  async function session() {
    if (!held) await (signingIn ??= signIn().finally(() => (signingIn = null)));
    return held!;
  }
  return {
    siteId: async () => (await session()).siteId,
    headers: async () => ({ "x-tableau-auth": (await session()).token }),
    refresh() {
      held = null;
    },
  };
}
