import { serve } from "@hono/node-server";
import { createHash, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";

export interface OidcProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next, as the provider tells it. */
  profile: Record<string, unknown>;
  stop(): Promise<void>;
}

/** A small identity provider: discovery, authorization code with PKCE, user info. */
export async function startOidcProvider(): Promise<OidcProvider> {
  const codes = new Map<string, { challenge: string; redirectUri: string }>();
  const app = new Hono();
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: OidcProvider = {
    issuer,
    clientId: "tieout",
    clientSecret: "a client secret",
    profile: {},
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  app.get("/.well-known/openid-configuration", (c) =>
    c.json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
    }),
  );
  app.get("/authorize", (c) => {
    const { state = "", code_challenge: challenge = "", redirect_uri: redirectUri = "" } = c.req.query();
    const code = randomUUID();
    codes.set(code, { challenge, redirectUri });
    return c.redirect(`${redirectUri}?${new URLSearchParams({ code, state, iss: issuer })}`);
  });
  app.post("/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const asked = codes.get(form.get("code") ?? "");
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const basic = Buffer.from((c.req.header("authorization") ?? "").replace(/^Basic /, ""), "base64").toString();
    const known = form.get("client_secret") === provider.clientSecret || basic.endsWith(`:${provider.clientSecret}`);
    if (!asked || asked.challenge !== proof || asked.redirectUri !== form.get("redirect_uri") || !known) {
      return c.json({ error: "invalid_grant" }, 400);
    }
    return c.json({ access_token: "an access token", token_type: "Bearer", expires_in: 300 });
  });
  app.get("/userinfo", (c) => c.json(provider.profile));
  return provider;
}
