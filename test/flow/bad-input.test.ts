import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QuarantineItem } from "../../schemas/wire/quarantine-item.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";
import { runEvent } from "./ingest/tower.ts";

const MEGABYTE = 1024 * 1024;
/** What the process may hold beyond what it held when it was ready, at the worst moment of all of this. */
const MOST_GROWTH = 600 * MEGABYTE;

const { make, remove } = folders();
let server: ServerProcess;
let held: number | null;
beforeAll(async () => {
  server = await startServer({ sandbox: false, estate: writeTinyEstate(make("estate")), env: { LOG_LEVEL: "error" } });
  forgetPeak();
  held = memory("VmRSS");
}, 180_000);
afterAll(async () => {
  await server.stop();
  remove();
}, 60_000);
/** Bytes the process holds (`VmRSS`), or held at most (`VmHWM`); null where the system does not tell. */
function memory(of: "VmRSS" | "VmHWM"): number | null {
  try {
    const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
    return Number(new RegExp(`${of}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  } catch {
    return null;
  }
}

/** The start takes more than anything after it; from here on the most is counted anew. */
function forgetPeak(): void {
  if (existsSync("/proc")) writeFileSync(`/proc/${server.pid}/clear_refs`, "5");
}

interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  quarantineId?: string;
}

/** Problem details as RFC 9457 has them, of this status, with nothing of the inside in them, by a process that lives on. */
async function expectProblem(response: Response, status: number, code: string, detail: string | RegExp) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const text = await response.text();
  const problem = JSON.parse(text) as Problem;
  expect({ ...problem, answered: response.status }).toMatchObject({ status, code, answered: status });
  expect(problem.detail).toMatch(detail);
  expect(problem.title.length).toBeGreaterThan(0);
  expect(text).not.toMatch(/node_modules|node:|\.ts\b|\bat \w+ \(|ClickHouse|chdb|postgres|zod|SELECT |INSERT /i);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  return problem;
}

type Sent = string | Uint8Array<ArrayBuffer>;
const send = (path: string, body: Sent, init: RequestInit = {}) =>
  server.ask(path, { method: "POST", body, ...init, headers: { "Content-Type": "application/json", ...init.headers } });
const event = (body: Sent, headers: Record<string, string> = {}) => send("/api/v1/lineage", body, { headers });

const manyKeys = (count: number) =>
  JSON.stringify(runEvent()).replace(
    '"inputs"',
    `"facets":{${Array.from({ length: count }, (_, n) => `"f${n}":{}`).join(",")}},"inputs"`,
  );

describe("an event that cannot be accepted is refused in words and kept", () => {
  test.each<[string, () => Sent, number, string, RegExp]>([
    ["not JSON", () => "{oops}", 400, "invalid-input", /^Not JSON: /],
    ["nothing", () => "", 400, "invalid-input", /^The input is empty/],
    ["bytes that are no text", () => new Uint8Array([0xff, 0xfe, 0x7b]), 400, "invalid-input", /not text in UTF-8/],
    ["of the wrong shape", () => '{"hello":"world"}', 422, "unacceptable-event", /expected|Expected|none of them/],
    [
      "nested deeply",
      () => `{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`,
      422,
      "unacceptable-event",
      /levels deep; at most/,
    ],
    ["of a million keys", () => manyKeys(1_000_000), 422, "unacceptable-event", /keys; at most 500000/],
  ])("%s", { timeout: 60_000 }, async (_what, bodyOf, status, code, detail) => {
    const body = bodyOf();
    const { quarantineId } = await expectProblem(await event(body), status, code, detail);
    const response = await server.ask(`/api/v1/quarantine/${quarantineId}`);
    const item = (await response.json()) as QuarantineItem;
    expect(item).toMatchObject({ state: "open", form: typeof body === "string" ? "event" : "bytes" });
    expect(item.body === (typeof body === "string" ? body : Buffer.from(body).toString("base64"))).toBe(true);
  });
});

/** Pushes a body of 100 MB in pieces, as fast as it is taken, and reads the answer whenever it comes. */
function sendHundredMegabytes(
  path: string,
  headers: Record<string, string>,
): Promise<{ answer: Response; sent: number }> {
  const piece = Buffer.alloc(256 * 1024, "x");
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = false;
    const request = httpRequest(`${server.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "Content-Type": "application/json", ...headers },
    });
    const push = () => {
      while (!answered && sent < 100 * MEGABYTE) {
        sent += piece.length;
        if (!request.write(piece)) return void request.once("drain", push);
      }
      request.end();
    };
    request.once("response", (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => {
        const type = { "content-type": response.headers["content-type"] ?? "" };
        resolve({
          answer: new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0, headers: type }),
          sent,
        });
        request.destroy();
      });
    });
    request.on("error", (error) => answered || reject(error));
    push();
  });
}

describe("too much is refused before it is held", () => {
  const length = { "Content-Length": String(100 * MEGABYTE) };
  test.each([
    ["a body of 100 MB", "/api/v1/lineage", length],
    ["a body of 100 MB that does not say its length", "/api/v1/lineage", {}],
    ["a batch of 100 MB", "/api/v1/lineage/batch", length],
    ["a CloudEvent of 100 MB", "/api/v1/cloudevents", { ...length, "Content-Type": "application/cloudevents+json" }],
    ["100 MB where a small body is asked for", "/api/v1/requests", length],
    ["the same without its length", "/api/v1/keys", {}],
    ["300 MB as a correction", "/api/v1/quarantine/none/resubmit", { "Content-Length": String(300 * MEGABYTE) }],
  ])("%s", { timeout: 60_000 }, async (_what, path, headers) => {
    const { answer, sent } = await sendHundredMegabytes(path, headers);
    await expectProblem(answer, 413, "too-large", /larger than \d+ bytes/);
    expect(sent).toBeLessThan(100 * MEGABYTE);
  });

  test("a small body that inflates to a gigabyte", { timeout: 60_000 }, async () => {
    const once = gzipSync(Buffer.alloc(64 * MEGABYTE));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => once));
    await expectProblem(await event(bomb, { "Content-Encoding": "gzip" }), 413, "too-large", /larger than \d+ bytes/);
    const broken = await event(bomb.subarray(100, 300), { "Content-Encoding": "gzip" });
    await expectProblem(broken, 400, "invalid-input", /cannot be inflated/);
  });

  test("an encoding and a content type nobody asked for", async () => {
    await expectProblem(
      await event("{}", { "Content-Encoding": "br" }),
      415,
      "unsupported-media",
      /Send gzip, or none/,
    );
    await expectProblem(await send("/api/v1/cloudevents", "{}"), 415, "unsupported-media", /Expected a CloudEvent/);
  });
});

describe("keys", () => {
  const withKey = (authorization: string) =>
    fetch(`${server.url}/api/v1/lineage`, { method: "POST", body: "{}", headers: { authorization } });
  const makeKey = async (key: Record<string, unknown>) =>
    (await (await send("/api/v1/keys", JSON.stringify(key))).json()) as { key: string; row: { id: string } };

  test("none, or one that is no key at all", async () => {
    const none = await fetch(`${server.url}/api/v1/lineage`, { method: "POST", body: "{}" });
    await expectProblem(none, 401, "not-signed-in", /Authorization: Bearer/);
    await expectProblem(await withKey("Basic dXNlcjpwYXNz"), 401, "not-signed-in", /Authorization: Bearer/);
    await expectProblem(await withKey("Bearer tok_wrong"), 401, "bad-key", /not known/);
  });

  test("one that was revoked, from that moment on", async () => {
    const { key, row } = await makeKey({ name: "loader", scopes: ["ingest:write"] });
    expect((await withKey(`Bearer ${key}`)).status).toBe(422);
    expect((await server.ask(`/api/v1/keys/${row.id}`, { method: "DELETE" })).status).toBe(200);
    const refused = await expectProblem(await withKey(`Bearer ${key}`), 401, "bad-key", /“loader” was revoked at/);
    expect(JSON.stringify(refused)).not.toContain(key);
  });

  test("one that has expired", async () => {
    const expiresAt = new Date(Date.now() + 1500).toISOString();
    const { key } = await makeKey({ name: "brief", scopes: ["ingest:write"], expiresAt });
    await expect
      .poll(async () => (await withKey(`Bearer ${key}`)).status, { timeout: 20_000, interval: 200 })
      .toBe(401);
    await expectProblem(await withKey(`Bearer ${key}`), 401, "bad-key", /“brief” expired at/);
  });

  test("one without the scope", async () => {
    const { key } = await makeKey({ name: "reader", scopes: ["board:read"] });
    await expectProblem(await withKey(`Bearer ${key}`), 403, "not-permitted", /“reader” may not/);
  });
});

describe("other doors", () => {
  test.each([
    ["GET", "/api/v1/nowhere", 404, "not-found", /There is no/],
    ["POST", "/nowhere", 404, "not-found", /There is no/],
    ["GET", "/api/v1/runs/no-such-run", 404, "not-found", /no such run/],
    ["GET", "/api/v1/runs/%E0%A4%A", 404, "not-found", /no such run/],
    ["DELETE", "/api/v1/lineage/batch", 405, "no-such-method", /takes POST, not DELETE/],
    ["PUT", "/api/v1/keys", 405, "no-such-method", /takes GET, POST, not PUT/],
    ["GET", "/api/v1/quarantine?limit=many", 400, "invalid-input", /Expected state, before, limit/],
  ])("%s %s", async (method, path, status, code, detail) => {
    const response = await server.ask(path, { method });
    await expectProblem(response, status, code, detail);
    if (status === 405) expect(response.headers.get("allow")).toContain("POST");
  });

  test.each([
    ["/api/v1/requests", "POST"],
    ["/api/v1/keys", "POST"],
    ["/api/v1/people", "POST"],
    ["/api/v1/quarantine/none/discard", "POST"],
    ["/api/v1/quarantine/none/resubmit", "POST"],
    ["/api/v1/session/password", "POST"],
    ["/api/v1/session/demo", "POST"],
    ["/api/v1/session/password", "PUT"],
  ])("%s by %s takes no malformed, misshapen or deeply nested JSON", async (path, method) => {
    await expectProblem(await send(path, '{"oops', { method }), 400, "invalid-input", /not JSON/);
    await expectProblem(await send(path, '{"hello":1}', { method }), 400, "invalid-input", /^Expected/);
    await expectProblem(await send(path, "null", { method }), 400, "invalid-input", /^Expected/);
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    await expectProblem(await send(path, deep, { method }), 400, "invalid-input", /^Expected/);
  });
});

test("after all of it the server works, holds little and has logged no crash", async () => {
  const response = await event(JSON.stringify(runEvent()));
  expect(response.status).toBe(201);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(server.output()).not.toMatch(/"level":(50|60)/);
  const peak = memory("VmHWM");
  if (peak !== null && held !== null) expect(peak - held).toBeLessThan(MOST_GROWTH);
});
