import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { createApp } from "../../server/app.ts";

const directory = mkdtempSync(join(tmpdir(), "tieout-doors-"));
const ui = join(directory, "ui");
mkdirSync(join(ui, "assets"), { recursive: true });
writeFileSync(join(ui, "index.html"), "<!doctype html><title>console</title>");
writeFileSync(join(directory, "secret"), "what nobody may read");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const app = createApp({ log: pino({ level: "silent" }), routes: [], ui, maxEventBytes: 1024 });

test.each(["/", "/close", "/api/v1/nothing", "/assets/none.js"])(
  "%s lets no foreign script run, no frame hold it and no type be guessed",
  async (path) => {
    const { headers } = await app.request(path);
    const policy = headers.get("content-security-policy") ?? "";
    const directives = Object.fromEntries(
      policy.split(";").map((directive) => {
        const [name = "", ...sources] = directive.trim().split(/\s+/);
        return [name, sources.join(" ")];
      }),
    );
    expect(directives).toMatchObject({
      "default-src": "'self'",
      "script-src": "'self'",
      "style-src": "'self'",
      "object-src": "'none'",
      "frame-ancestors": "'none'",
      "base-uri": "'none'",
    });
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
  },
);

test.each([
  "/../secret",
  "/%2e%2e/secret",
  "/assets/..%2f..%2fsecret",
  "/assets/../../secret",
  "/..%5csecret",
  "/assets/%2e%2e/%2e%2e/secret",
])("%s does not lead out of the console's folder", async (path) => {
  const response = await app.request(`http://tower.example${path}`);
  expect(await response.text()).not.toContain("nobody may read");
});

test("a body beyond the limit is refused before it is read whole", async () => {
  const response = await app.request("/api/v1/nothing", { method: "POST", body: "x".repeat(2 * 1024 * 1024) });
  expect(response.status).toBe(413);
});
