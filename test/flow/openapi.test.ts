import type { Hono } from "hono";
import pino from "pino";
import { expect, test } from "vitest";
import { createApp } from "../../server/app.ts";
import type { Context } from "../../server/context.ts";
import type { People } from "../../server/people/people.ts";
import { auditRoutes } from "../../server/routes/audit.ts";
import { keyRoutes } from "../../server/routes/keys.ts";
import { openapiRoutes } from "../../server/routes/openapi.ts";
import { peopleRoutes } from "../../server/routes/people.ts";
import { requestRoutes } from "../../server/routes/requests.ts";
import { sessionRoutes } from "../../server/routes/session.ts";

const log = pino({ level: "silent" });
const ctx = {} as Context;
const permit = () => async (_c: unknown, next: () => Promise<void>) => next();
const people = { permit, auth: {} } as unknown as People;
const deps = { ctx, people, permit: people.permit };
const described = [sessionRoutes(deps), keyRoutes(deps), peopleRoutes(deps), auditRoutes(deps), requestRoutes(deps)];
const app: Hono = createApp({
  log,
  routes: [...described, openapiRoutes({ routes: described })],
  ui: null,
  maxEventBytes: 1024,
});

test("the document names every route with what it takes and answers", async () => {
  const answer = await app.request("/api/openapi.json");
  const document = (await answer.json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { summary: string; requestBody?: unknown; responses: Record<string, unknown> }>
    >;
  };
  expect(document.openapi).toMatch(/^3\.1/);
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const mounted = described.flatMap((routes) =>
    routes.routes
      .filter((route) => route.method !== "ALL")
      .map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`),
  );
  expect(new Set(listed)).toEqual(new Set(mounted));
  const create = document.paths["/api/v1/requests"]?.post;
  expect(create?.summary).toBe("Ask for a flow's load to run again");
  expect(JSON.stringify(create?.requestBody)).toContain('"dataset"');
  expect(Object.keys(create?.responses ?? {})).toEqual(expect.arrayContaining(["202", "4XX"]));
});

test("the page to browse it is made of this server's own files and runs no script inside itself", async () => {
  const page = await (await app.request("/api/docs")).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    expect(file.startsWith("/api/docs/")).toBe(true);
    expect((await app.request(file)).status).toBe(200);
  }
  expect(page).not.toMatch(/<script>/);
  expect((await app.request("/api/docs/package.json")).status).toBe(404);
});
