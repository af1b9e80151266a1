import { handedOut } from "../address-guard.ts";
import type { Authorize, Http } from "../http.ts";
import { Login } from "./vendor.ts";

export interface Session extends Authorize {
  /** The address of the organisation's own pod, as the login told it. */
  address(): Promise<string>;
}

/** A session: it dies after half an hour without use, and is opened again when a request is answered 401. */
export function openSession(
  http: Http,
  { url, user, password }: { url: string; user: string; password: string },
): Session {
  let held: { sessionId: string; address: string } | null = null;
  let opening: Promise<void> | null = null;

  async function open() {
    const json = { username: user, password };
    const ask = { idempotent: true, confidential: true, json };
    const { userInfo, products } = await http.post("/saas/public/core/v3/login", Login, ask);
    held = { sessionId: userInfo.sessionId, address: handedOut(products[0]!.baseApiUrl, url) };
  }
  async function session() {
    if (!held) {
      opening ??= open().finally(() => (opening = null));
      await opening;
    }
    return held!;
  }
  return {
    address: async () => (await session()).address,
    async headers() {
      const { sessionId } = await session();
      return { icSessionId: sessionId, "INFA-SESSION-ID": sessionId };
    },
    refresh() {
      held = null;
    },
  };
}
