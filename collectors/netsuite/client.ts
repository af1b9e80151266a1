import type * as z from "zod";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp, type Ask, type Http } from "../http.ts";
import { tokenGrant } from "../oauth.ts";
import { allRows, pages } from "../pages.ts";
import { signedJwt } from "../signed-jwt.ts";
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
  const { url = "", restletUrl = "", clientId = "", certificateId = "", privateKey = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const door = { tools, budget, secrets: [privateKey] };
  const authorize = tokenGrant({
    http: createHttp({ ...door, baseUrl: url }),
    path: TOKEN,
    clock: tools.clock,
    form: () => {
      const iat = Math.floor(tools.clock.now().getTime() / 1000);
      const claims = { iss: clientId, scope: SCOPE, aud: `${url.replace(/\/+$/, "")}${TOKEN}`, iat, exp: iat + 300 };
      return {
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: signedJwt({ pem: privateKey, keyId: certificateId }, claims),
      };
    },
  });
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
