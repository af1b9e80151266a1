import type { Hono } from "hono";

/** Where tests say the tower is. */
export const URL_HERE = "http://127.0.0.1:4600";

export interface Client {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A browser's tab: keeps cookies and says where it comes from. */
export function browser(app: Hono): Client {
  const jar = new Map<string, string>();
  return {
    async call(method, path, body, headers = {}) {
      const answer = await app.request(`${URL_HERE}${path}`, {
        method,
        headers: {
          host: "127.0.0.1:4600",
          origin: URL_HERE,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [pair = ""] = cookie.split(";");
        const at = pair.indexOf("=");
        if (/max-age=0/i.test(cookie)) jar.delete(pair.slice(0, at));
        else jar.set(pair.slice(0, at), pair.slice(at + 1));
      }
      return answer;
    },
  };
}

/** A machine with its key. */
export function withKey(app: Hono, key: string): Client {
  return {
    call: async (method, path, body) =>
      app.request(`${URL_HERE}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
