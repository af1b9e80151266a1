import type * as z from "zod";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp, type Ask, type Authorize, type Http } from "../http.ts";
import { tokenGrant } from "../oauth.ts";
import { allRows, pages } from "../pages.ts";
import { signedJwt } from "../signed-jwt.ts";
import { signedRequests } from "../signed-request.ts";
import type { Settings } from "./settings.ts";
import { ScriptRunPage, Submitted, suiteQlPage } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

const TOKEN = "/services/rest/auth/oauth2/v1/token";
const SCOPE = ["restlets", "rest_webservices"];
const RESTLET = "/app/site/hosting/restlet.nl";
const SUITEQL = "/services/rest/query/v1/suiteql";
/** An account that is over its concurrency limit says so with these, and with 400. */
const OVER_LIMIT = /SSS_REQUEST_LIMIT_EXCEEDED|CONCURRENCY_LIMIT_EXCEEDED|WS_REQUEST_BLOCKED/;

/** What is asked of NetSuite: the RESTlet of script runs, and SuiteQL. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", restletUrl = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const door = { tools, budget, secrets: secretsOf(connection) };
  const authorize =
    settings.signIn === "token"
      ? tokenBased(connection, tools)
      : machineToMachine(connection, tools, createHttp({ ...door, baseUrl: url }));
  const rest = createHttp({ ...door, baseUrl: url, authorize });
  const restlets = createHttp({ ...door, baseUrl: restletUrl, authorize });
  const { script, deploy, pageSize } = settings.runs;
  const restlet = { script, deploy };

  return {
    now: () => restlets.vendorNow(),
    /** Runs that changed since an instant or are not over, in the order they were created. */
    runs: (since: string) =>
      pages({
        ask: (after) =>
          asked(restlets, "GET", RESTLET, ScriptRunPage, {
            query: { ...restlet, since, after: after ?? undefined, limit: pageSize },
          }),
        rows: (page) => page.items,
        next: (page) => (page.hasMore ? page.items.at(-1)?.taskId : null),
      }),
    /** Submits a script; never repeated. Answers the id of its task. */
    submit: async (task: Record<string, unknown>): Promise<string> =>
      (await asked(restlets, "POST", RESTLET, Submitted, { query: restlet, json: task })).taskId,
    /** The rows of a query. It only asks, so it may be repeated. */
    query<S extends z.ZodType>(q: string, row: S, limit: number): Promise<z.output<S>[]> {
      const shape = suiteQlPage(row);
      return allRows(
        pages({
          ask: (offset) =>
            asked(rest, "POST", SUITEQL, shape, {
              ...{ idempotent: true, headers: { prefer: "transient" }, json: { q } },
              query: { limit, offset: offset ?? 0 },
            }),
          rows: (page) => page.items as z.output<S>[],
          next: (page) => (page.hasMore ? page.offset + page.items.length : null),
        }),
      );
    },
  };
}

/** OAuth 2.0: an assertion signed with the certificate's key, for a token of an hour. */
function machineToMachine(connection: Record<string, string>, { clock }: Tools, http: Http): Authorize {
  const { url = "" } = connection;
  const [clientId, certificateId, pem] = given(connection, "clientId", "certificateId", "privateKey");
  return tokenGrant({
    ...{ http, path: TOKEN, clock },
    form: () => {
      const iat = Math.floor(clock.now().getTime() / 1000);
      const claims = { iss: clientId, scope: SCOPE, aud: `${url.replace(/\/+$/, "")}${TOKEN}`, iat, exp: iat + 300 };
      return {
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: signedJwt({ pem, keyId: certificateId }, claims),
      };
    },
  });
}

/** Token-based authentication: every request signed by itself. */
function tokenBased(connection: Record<string, string>, { clock }: Tools): Authorize {
  const [realm, consumerKey, consumerSecret] = given(connection, "account", "consumerKey", "consumerSecret");
  const [key, secret] = given(connection, "tokenId", "tokenSecret");
  return signedRequests({
    ...{ realm, clock },
    consumer: { key: consumerKey, secret: consumerSecret },
    token: { key, secret },
  });
}

function given<K extends string[]>(connection: Record<string, string>, ...keys: K): { [at in keyof K]: string } {
  const missing = keys.filter((key) => !connection[key]);
  if (missing.length > 0) throw new VendorError("refused", `The connection lacks ${missing.join(", ")}.`);
  return keys.map((key) => connection[key]!) as { [at in keyof K]: string };
}

function secretsOf({ privateKey, consumerSecret, tokenSecret }: Record<string, string>): string[] {
  return [privateKey, consumerSecret, tokenSecret].filter((secret) => secret !== undefined);
}

/** 400 may mean a throttled request, which only its code tells. */
async function asked<S extends z.ZodType>(http: Http, method: string, path: string, shape: S, ask: Ask) {
  try {
    return http.read(await http.send(method, path, ask), shape, `${method} ${path}`, ask);
  } catch (error) {
    const { text = "" } = ((error as Error).cause ?? {}) as { text?: string };
    if (!(error instanceof VendorError) || error.code !== "refused" || !OVER_LIMIT.test(text)) throw error;
    throw new VendorError("rate-limited", error.message, { cause: error.cause });
  }
}
