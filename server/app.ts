import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type Context as HonoContext } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { requestId, type RequestIdVariables } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { RouterRoute } from "hono/types";
import type { Logger } from "pino";
import { Fault } from "./fault.ts";
import { problem } from "./problem.ts";

export interface AppDeps {
  log: Logger;
  /** Rooms' routes, each with full paths. */
  routes: readonly Hono[];
  /** The built console; null where only the API is served. */
  ui: string | null;
  /** Largest text of one event, in bytes. */
  maxEventBytes: number;
}

/** Bodies of doors that take no events, in bytes. */
const SMALL_BODY = 1024 * 1024;
/** A corrected event comes as a JSON string, in which a character may take as many as six. */
const ESCAPED = 6;

/** Mounts every room's routes behind the same headers, logging and error mapping. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono<{ Variables: RequestIdVariables }>();
  app.use(requestId());
  app.use(async (c, next) => {
    const began = performance.now();
    await next();
    const entry = { id: c.get("requestId"), method: c.req.method, path: c.req.path, status: c.res.status };
    deps.log.debug({ ...entry, milliseconds: Math.round(performance.now() - began) }, "request");
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      referrerPolicy: "same-origin",
      // Behind a TLS proxy the proxy says this; on plain loopback it would lock the browser out.
      strictTransportSecurity: false,
    }),
  );
  app.use("/api/*", async (c, next) => {
    if (readsItself(c.req.path) || (c.req.method === "POST" && c.req.path === "/api/v1/lines")) return next();
    const corrects = c.req.path.startsWith("/api/v1/quarantine/");
    return limited(corrects ? deps.maxEventBytes * ESCAPED : SMALL_BODY)(c, next);
  });
  app.use(compress());
  app.onError((error, c) => problem(c, error, deps.log));
  for (const routes of deps.routes) {
    routes.onError((error, c) => problem(c, error, deps.log));
    app.route("/", routes);
  }
  app.all("/api/*", (c) => problem(c, nowhere(c, app.routes), deps.log));
  if (deps.ui) serveConsole(app as unknown as Hono, deps.ui);
  app.notFound((c) => problem(c, nowhere(c, app.routes), deps.log));
  return app as unknown as Hono;
}

/** The doors for events read their bodies with limits of their own. */
function readsItself(path: string): boolean {
  return path === "/api/v1/lineage" || path === "/api/v1/lineage/batch" || path === "/api/v1/cloudevents";
}

function limited(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Fault("too-large", `The body is larger than ${maxSize} bytes.`);
    },
  });
}

/** Why nothing answers here: there is no such path, or it is asked with another method. */
function nowhere(c: HonoContext, routes: readonly RouterRoute[]): Fault {
  const { method, path } = c.req;
  const methods = routes
    .filter((route) => route.method !== "ALL" && leadsTo(route.path, path))
    .map((route) => route.method);
  const allowed = [...new Set(methods)].sort().join(", ");
  if (allowed === "") return new Fault("not-found", `There is no ${path}.`);
  c.header("Allow", allowed);
  return new Fault("no-such-method", `${path} takes ${allowed}, not ${method}.`);
}

function leadsTo(route: string, path: string): boolean {
  const steps = route.split("/");
  const taken = path.split("/");
  return steps.length === taken.length && steps.every((step, at) => step.startsWith(":") || step === taken[at]);
}

/** Files with a hash in their name never change; every other path is the console's own page. */
function serveConsole(app: Hono, ui: string): void {
  app.use(
    "/assets/*",
    serveStatic({
      root: ui,
      onFound: (_path, c) => c.header("Cache-Control", "public, max-age=31536000, immutable"),
    }),
  );
  app.use("*", serveStatic({ root: ui, onFound: (_path, c) => c.header("Cache-Control", "no-cache") }));
  app.get(
    "*",
    serveStatic({ root: ui, path: "index.html", onFound: (_path, c) => c.header("Cache-Control", "no-cache") }),
  );
}
