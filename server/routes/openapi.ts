import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Hono } from "hono";
import { generateSpecs, type GenerateSpecOptions } from "hono-openapi";
import { Fault } from "../fault.ts";

const require = createRequire(import.meta.url);
const VIEWER = dirname(require.resolve("swagger-ui-dist/package.json"));

/** The viewer's files that the page needs, by the name they are served under. */
const FILES: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tieout API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="viewer"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

// A file of its own, because the content security policy allows no script inside the page.
const START = `SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#viewer", deepLinking: true, tryItOutEnabled: true });\n`;

const DOCUMENT: GenerateSpecOptions["documentation"] = {
  info: {
    title: "Tieout",
    version: "1",
    description:
      "The control tower for finance integrations. Machines send a key as `Authorization: Bearer <key>`; " +
      "people are signed in by a cookie. Refusals are RFC 9457 problem details.",
  },
  components: {
    securitySchemes: {
      key: { type: "http", scheme: "bearer", description: "An API key, `tok_…`" },
      session: { type: "apiKey", in: "cookie", name: "tieout.session_token" },
    },
  },
  security: [{ key: [] }, { session: [] }],
};

/** The API's document, made from the routes themselves, and a page to browse it. */
export function openapiRoutes(deps: { routes: readonly Hono[] }): Hono {
  const all = new Hono();
  for (const routes of deps.routes) all.route("/", routes);
  let document: ReturnType<typeof generateSpecs> | null = null;
  return new Hono()
    .get("/api/openapi.json", async (c) => {
      // Made at the first asking: it costs more than a start should pay for it.
      document ??= generateSpecs(all, { documentation: DOCUMENT });
      return c.json(await document);
    })
    .get("/api/docs", (c) => c.html(PAGE))
    .get("/api/docs/start.js", (c) => c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" }))
    .get("/api/docs/:file", (c) => {
      const file = c.req.param("file");
      const type = FILES[file];
      if (!type) throw new Fault("not-found", `There is no ${c.req.path}.`);
      return c.body(new Uint8Array(readFileSync(join(VIEWER, file))), 200, { "Content-Type": type });
    });
}
