import { betterAuth, type BetterAuthOptions } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { hashPassword as hash } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { twoFactor } from "better-auth/plugins/two-factor";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import type { Logger } from "pino";
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import { Fault } from "../fault.ts";
import type { Postgres } from "../store/postgres.ts";
import { secondFactorOf, type SecondFactor } from "./second-factor.ts";

/** A working day; after it people sign in again. */
const SESSION_SECONDS = 12 * 60 * 60;
export const LEAST_PASSWORD_LENGTH = 12;

/** Where the identity provider sends people back to; `publicUrl` goes before it. */
export const OIDC_CALLBACK_PATH = "/api/v1/session/oauth2/callback/oidc";

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Takes the provider's e-mail claim without `email_verified`, for providers that never send it. */
  trustEmail: boolean;
  /** The claim that holds groups, and what becomes of them: whether who holds them may come in. Null where roles are given here. */
  groups: { claim: string; follow(of: { email: string; groups: unknown }): Promise<boolean> } | null;
}

export interface AuthDeps {
  postgres: Postgres;
  log: Logger;
  secret: string;
  /** The address people open, `https://tieout.example.com`; cookies are Secure when it is https. */
  publicUrl: string;
  oidc: OidcSettings | null;
}

/** Sign-in as the rest of the house sees it. Answers carry `Set-Cookie` values to pass on. */
export interface Auth {
  /** Null when e-mail address and password do not belong together. Where a second factor is asked for, nobody is signed in yet. */
  signInByPassword(
    by: { email: string; password: string },
    headers: Headers,
  ): Promise<{ cookies: string[]; secondFactor: boolean } | null>;
  secondFactor: SecondFactor;
  /** For doors that have made sure by themselves who it is. */
  signInPerson(personId: string, headers: Headers): Promise<string[]>;
  /** The person signed in by the request's cookie. */
  personOf(headers: Headers): Promise<string | null>;
  signOut(headers: Headers): Promise<string[]>;
  /** Where to send the browser to sign in at the identity provider. */
  startOidc(headers: Headers): Promise<{ url: string; cookies: string[] }>;
  finishOidc(request: Request): Promise<Response>;
  /** Ends the person's other sessions too. A Fault when the current password is wrong. */
  changePassword(to: { current: string; next: string }, headers: Headers): Promise<string[]>;
  /** Tables or columns the library expects and the store does not have. */
  missingTables(): Promise<string[]>;
}

export function createAuth(deps: AuthDeps): Auth {
  const options = optionsOf(deps);
  const auth = betterAuth(options);
  const oidc = deps.oidc === null ? null : auth;
  return {
    async signInByPassword(by, headers) {
      const answer = await auth.api.signInEmail({ body: by, headers, asResponse: true });
      if (!answer.ok) return null;
      const { twoFactorRedirect } = z
        .object({ twoFactorRedirect: z.boolean().default(false) })
        .parse(await answer.json());
      return { cookies: answer.headers.getSetCookie(), secondFactor: twoFactorRedirect };
    },
    secondFactor: secondFactorOf(auth.api),
    async signInPerson(personId, headers) {
      const answer = await auth.api.signInPerson({ body: { personId }, headers, asResponse: true });
      if (!answer.ok) throw new Error(`A session could not be made (${answer.status}).`);
      return answer.headers.getSetCookie();
    },
    async personOf(headers) {
      const found = await auth.api.getSession({ headers });
      return found?.user.id ?? null;
    },
    async signOut(headers) {
      const answer = await auth.api.signOut({ headers, asResponse: true });
      return answer.headers.getSetCookie();
    },
    async startOidc(headers) {
      if (!oidc) throw new Fault("not-found", "No identity provider is set up here.");
      const answer = await oidc.api.signInWithOAuth2({
        body: { providerId: "oidc", callbackURL: "/", errorCallbackURL: "/sign-in" },
        headers,
        asResponse: true,
      });
      if (!answer.ok) throw new Fault("vendor-refused", "The identity provider cannot be reached. Try again shortly.");
      const { url } = z.object({ url: z.string() }).parse(await answer.json());
      return { url, cookies: answer.headers.getSetCookie() };
    },
    finishOidc: (request) => auth.handler(request),
    async changePassword(to, headers) {
      const body = { currentPassword: to.current, newPassword: to.next, revokeOtherSessions: true };
      const answer = await auth.api.changePassword({ body, headers, asResponse: true });
      if (!answer.ok) throw new Fault("invalid-input", "The current password is not right.", { pointer: "/current" });
      return answer.headers.getSetCookie();
    },
    async missingTables() {
      const { toBeCreated, toBeAdded } = await getMigrations(options);
      return [...toBeCreated, ...toBeAdded].map(
        (wanted) => `${wanted.table}: ${Object.keys(wanted.fields).join(", ")}`,
      );
    },
  };
}

/** scrypt, as the library checks it. */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

const stamps = { createdAt: "created_at", updatedAt: "updated_at" };

function optionsOf(deps: AuthDeps) {
  return {
    appName: "Tieout",
    baseURL: deps.publicUrl,
    basePath: "/api/v1/session",
    secret: deps.secret,
    database: { db: new Kysely({ dialect: dialectOf(deps.postgres) }), type: "postgres" as const },
    user: { modelName: "people", fields: { emailVerified: "email_verified", ...stamps } },
    session: {
      modelName: "sessions",
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      fields: {
        userId: "person_id",
        expiresAt: "expires_at",
        ipAddress: "ip_address",
        userAgent: "user_agent",
        ...stamps,
      },
    },
    account: {
      modelName: "accounts",
      encryptOAuthTokens: true,
      accountLinking: { enabled: true, trustedProviders: deps.oidc?.trustEmail ? ["oidc"] : [] },
      fields: {
        userId: "person_id",
        accountId: "account_id",
        providerId: "provider_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        ...stamps,
      },
    },
    verification: { modelName: "verifications", fields: { expiresAt: "expires_at", ...stamps } },
    // People are invited; nobody makes an account by themselves.
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: LEAST_PASSWORD_LENGTH },
    advanced: {
      cookiePrefix: "tieout",
      useSecureCookies: deps.publicUrl.startsWith("https:"),
      defaultCookieAttributes: { sameSite: "lax" as const, httpOnly: true },
      database: { generateId: () => uuidv7() },
    },
    onAPIError: { errorURL: "/sign-in" },
    telemetry: { enabled: false },
    logger: {
      level: "warn" as const,
      log: (level: "debug" | "info" | "warn" | "error", message: string) =>
        deps.log[level]({ room: "sign-in" }, message),
    },
    plugins: [signInPerson(), secondFactors(), genericOAuth({ config: deps.oidc ? [providerOf(deps.oidc)] : [] })],
  } satisfies BetterAuthOptions;
}

function dialectOf(postgres: Postgres) {
  return postgres.engine.kind === "pglite"
    ? new PGliteDialect({ pglite: postgres.engine.pglite })
    : new PostgresDialect({ pool: postgres.engine.pool });
}

function providerOf(oidc: OidcSettings) {
  return {
    providerId: "oidc",
    discoveryUrl: `${oidc.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    scopes: ["openid", "email", "profile"],
    pkce: true,
    disableSignUp: true,
    async mapProfileToUser(profile: Record<string, unknown>) {
      const named = { name: String(profile.name ?? profile.email) };
      if (!oidc.groups) return named;
      const proven = profile.email_verified === true || profile.emailVerified === true || oidc.trustEmail;
      const of = { email: String(profile.email), groups: profile[oidc.groups.claim] };
      if (proven && (await oidc.groups.follow(of))) return named;
      // An account and an address nobody has, so that not even who came in before finds theirs again.
      return { ...named, id: `no-role ${String(profile.sub)}`, email: "nobody@no-role.invalid", emailVerified: false };
    },
  };
}

/** Second factors under our tables' names. Codes are never sent to anybody: an app makes them. */
function secondFactors() {
  return twoFactor({
    issuer: "Tieout",
    schema: {
      user: { fields: { twoFactorEnabled: "second_factor" } },
      twoFactor: {
        modelName: "second_factors",
        fields: {
          userId: "person_id",
          backupCodes: "backup_codes",
          failedVerificationCount: "failed_count",
          lockedUntil: "locked_until",
        },
      },
    },
  });
}

/** Makes a session for a person without asking for a proof; reachable from code only, since no route leads to it. */
function signInPerson() {
  return {
    id: "sign-in-person",
    endpoints: {
      signInPerson: createAuthEndpoint(
        "/sign-in/person",
        { method: "POST", body: z.object({ personId: z.string() }), metadata: { SERVER_ONLY: true } },
        async (c) => {
          const user = await c.context.internalAdapter.findUserById(c.body.personId);
          const session = user && (await c.context.internalAdapter.createSession(user.id));
          if (!user || !session) throw c.error("NOT_FOUND");
          await setSessionCookie(c, { session, user });
          return c.json({ personId: user.id });
        },
      ),
    },
  };
}
