import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { requestId, type RequestIdVariables } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { Logger } from "pino";
import { Fault } from "./fault.ts";
import { problem } from "./problem.ts";

export interface AppDeps {
  log: Logger;
  /** Rooms' routes, each with full paths. */
  routes: readonly Hono[];
  /** The built console; null where only the API is served. */
  ui: string | null;
}

/** Bodies of doors other than ingest, which has its own limit. */
const SMALL_BODY = 1024 * 1024;

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
    if (isIngest(c.req.path)) return next();
    return bodyLimit({
      maxSize: SMALL_BODY,
      onError: () => {
        throw new Fault("too-large", `The body is larger than ${SMALL_BODY} bytes.`);
      },
    })(c, next);
  });
  app.use(compress());
  app.onError((error, c) => problem(c, error, deps.log));
  for (const routes of deps.routes) {
    routes.onError((error, c) => problem(c, error, deps.log));
    app.route("/", routes);
  }
  app.all("/api/*", (c) => problem(c, new Fault("not-found", `There is no ${c.req.method} ${c.req.path}.`), deps.log));
  if (deps.ui) serveConsole(app as unknown as Hono, deps.ui);
  return app as unknown as Hono;
}

function isIngest(path: string): boolean {
  return path.startsWith("/api/v1/lineage") || path === "/api/v1/cloudevents" || path.startsWith("/api/v1/quarantine");
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
