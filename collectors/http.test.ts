import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { createBudget } from "./budget.ts";
import type { Tools } from "./collector.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import { clientCredentials } from "./oauth.ts";

const Shape = z.looseObject({ value: z.string() });
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function vendor(build: (app: Hono) => void, options: Partial<HttpOptions> = {}) {
  const app = new Hono();
  build(app);
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(() => server.close());
  const statuses: number[] = [];
  const tools: Tools = {
    clock: { now: () => new Date() },
    fetch,
    log: pino({ level: "silent" }),
    counted: ({ status }) => statuses.push(status),
  };
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { http: createHttp({ baseUrl, tools, ...options }), statuses, baseUrl, tools };
}

describe("answers", () => {
  test("a good answer passes its shape, and spaces in a query are %20", async () => {
    const { http } = await vendor((app) => app.get("/v1/x", (c) => c.json({ value: c.req.url.split("?")[1] })));
    expect(await http.get("/v1/x", Shape, { query: { $filter: "a eq 'b+c'" } })).toEqual({
      value: "%24filter=a%20eq%20%27b%2Bc%27",
    });
  });

  test.each([
    ["a web page", "<html><body>Log in</body></html>", "answered a web page or XML: <html>"],
    ["cut off", '{"value":', "answered something that is not JSON"],
    ["empty", "", "answered something that is not JSON: nothing"],
    ["another shape", '{"value":3}', "in an unexpected shape, at value: Invalid input: expected string"],
  ])("%s is nonsense and quoted", async (_, body, message) => {
    const { http } = await vendor((app) => app.get("/x", (c) => c.body(body)));
    await expect(http.get("/x", Shape)).rejects.toMatchObject({
      code: "nonsense",
      recoverable: true,
      message: expect.stringContaining(message),
    });
  });

  test("numbers can be read digit for digit", async () => {
    const { http } = await vendor((app) => app.get("/x", (c) => c.body('{"value":12345678901234567.89}')));
    expect(await http.get("/x", Shape, { exactNumbers: true })).toEqual({ value: "12345678901234567.89" });
  });

  test("a page larger than allowed is refused before it is read whole", async () => {
    const { http } = await vendor((app) => app.get("/x", (c) => c.body("a".repeat(300_000))), { maxBytes: 100_000 });
    await expect(http.get("/x", Shape)).rejects.toMatchObject({
      code: "nonsense",
      message: "GET /x answered more than 0.1 MB on one page.",
    });
  });

  test("links and redirects to another host are not followed", async () => {
    const { http } = await vendor((app) => {
      app.get("/away", (c) => c.redirect("https://elsewhere.example/login"));
      app.get("/here", (c) => c.redirect("/x"));
      app.get("/x", (c) => c.json({ value: "found" }));
    });
    const refused = { code: "nonsense", message: expect.stringContaining("elsewhere.example") };
    await expect(http.get("/away", Shape)).rejects.toMatchObject(refused);
    await expect(http.get("https://elsewhere.example/next", Shape)).rejects.toMatchObject(refused);
    expect(await http.get("/here", Shape)).toEqual({ value: "found" });
  });
});

describe("repetition", () => {
  test("a GET is repeated after 503, a POST never, unless it only asks", async () => {
    let asked = 0;
    const { http, statuses } = await vendor((app) =>
      app.all("/x", (c) => (++asked % 2 ? c.text("busy", 503) : c.json({ value: "ok" }))),
    );
    expect(await http.get("/x", Shape)).toEqual({ value: "ok" });
    expect(statuses).toEqual([503, 200]);
    await expect(http.post("/x", Shape, { json: {} })).rejects.toMatchObject({ code: "unreachable" });
    expect(asked).toBe(3);
    asked = 0;
    expect(await http.post("/x", Shape, { json: {}, idempotent: true })).toEqual({ value: "ok" });
  });

  test("a short Retry-After is waited for, a long one handed up", async () => {
    let asked = 0;
    const { http } = await vendor((app) =>
      app.get("/:seconds", (c) => {
        if (++asked % 2 === 0) return c.json({ value: "ok" });
        return c.json({ error: "slow down" }, 429, { "retry-after": c.req.param("seconds") });
      }),
    );
    const startedAt = performance.now();
    expect(await http.get("/1", Shape)).toEqual({ value: "ok" });
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
    await expect(http.get("/90", Shape)).rejects.toMatchObject({ code: "rate-limited", retryAfterSeconds: 90 });
    expect(asked).toBe(3);
  });

  test("silence ends in time", async () => {
    const { http } = await vendor((app) => app.get("/x", () => new Promise<Response>(() => {})), {
      timeoutMilliseconds: 50,
      retries: 0,
    });
    await expect(http.get("/x", Shape)).rejects.toMatchObject({
      code: "unreachable",
      message: /did not answer in time/,
    });
  });

  test("a budget spaces requests out", async () => {
    const clock = { now: () => new Date() };
    const { http } = await vendor((app) => app.get("/x", (c) => c.json({ value: "ok" })), {
      budget: createBudget({ perSecond: 20, burst: 2 }, { clock }),
    });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => http.get("/x", Shape)));
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });
});

describe("credentials", () => {
  test.each([
    [403, "forbidden", false],
    [404, "not-found", false],
    [400, "refused", false],
    [500, "unreachable", true],
  ])("%i is %s", async (status, code, recoverable) => {
    const { http } = await vendor((app) => app.get("/x", (c) => c.json({ why: "no" }, status as 400)), { retries: 0 });
    await expect(http.get("/x", Shape)).rejects.toMatchObject({ code, recoverable });
  });

  test("secrets and tokens never reach a message", async () => {
    const body = '{"error":"bad password hunter2hunter2","sent":"Bearer abcdef1234567890","access_token":"tok-123"}';
    const { http } = await vendor((app) => app.get("/x", (c) => c.body(body, 400)), { secrets: ["hunter2hunter2"] });
    const error = await http.get("/x", Shape).catch((caught: unknown) => caught as Error);
    const told = (error as Error).message + JSON.stringify((error as Error).cause);
    expect(told).toContain("bad password [secret]");
    expect(told).not.toMatch(/hunter2|abcdef1234567890|tok-123/);
  });

  test("an expired token is renewed once, and requests share one token", async () => {
    let issued = 0;
    let good = "t1";
    const login = await vendor((app) =>
      app.post("/oauth/token", async (c) => {
        const form = await c.req.parseBody();
        if (form["client_secret"] !== "s3cret") return c.json({ error: "invalid_client" }, 401);
        return c.json({ access_token: `t${++issued}`, token_type: "Bearer", expires_in: "3600" });
      }),
    );
    const credentials = (clientSecret: string) =>
      clientCredentials({
        http: login.http,
        path: "/oauth/token",
        clientId: "tieout",
        clientSecret,
        style: "form",
        clock: login.tools.clock,
      });
    const build = (app: Hono) =>
      app.get("/x", (c) =>
        c.req.header("authorization") === `Bearer ${good}` ? c.json({ value: "in" }) : c.text("expired", 401),
      );
    const api = await vendor(build, { authorize: credentials("s3cret") });
    await Promise.all([api.http.get("/x", Shape), api.http.get("/x", Shape)]);
    expect(issued).toBe(1);
    good = "t2";
    expect(await api.http.get("/x", Shape)).toEqual({ value: "in" });
    good = "never";
    await expect(api.http.get("/x", Shape)).rejects.toMatchObject({ code: "unauthorized", recoverable: false });
    const wrong = await vendor(build, { authorize: credentials("wrong") });
    await expect(wrong.http.get("/x", Shape)).rejects.toMatchObject({ code: "unauthorized" });
  });
});
