import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import type { Tools } from "./collector.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import { tokenGrant } from "./oauth.ts";

const stop: (() => void)[] = [];
afterEach(() => stop.splice(0).forEach((each) => each()));
const tools: Tools = {
  clock: { now: () => new Date() },
  fetch,
  log: pino({ level: "silent" }),
  counted: () => {},
  wait: async () => {},
};

async function vendor(answer: RequestListener, options: Partial<HttpOptions> = {}) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop.push(() => server.close());
  return createHttp({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tools, ...options });
}

test("an error inside a good answer is refused in the vendor's words, without secrets", async () => {
  const http = await vendor((_, response) => response.end('{"fault":"No right to s3cr3t-value","data":[]}'), {
    errorIn: (value) => (value as { fault?: string }).fault ?? null,
    secrets: ["s3cr3t-value"],
  });
  await expect(http.get("/x", z.looseObject({ data: z.array(z.string()) }))).rejects.toMatchObject({
    code: "refused",
    message: "GET /x answered 200 with an error: No right to [secret]",
  });
});

test("a page of more than 10 MB is left, and says so", async () => {
  const page = `"${"x".repeat(10 * 1024 * 1024)}"`;
  const http = await vendor((_, response) => response.end(page));
  await expect(http.get("/x", z.string())).rejects.toMatchObject({
    code: "nonsense",
    message: "GET /x answered more than 10 MB on one page.",
  });
});

test("a certificate nobody signed is named as the cause", async () => {
  const home = mkdtempSync(join(tmpdir(), "tieout-certificate-"));
  stop.push(() => rmSync(home, { recursive: true, force: true }));
  const [key, cert] = [join(home, "key.pem"), join(home, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "1",
    "-keyout",
    key,
    "-out",
    cert,
    ...subject,
  ];
  execFileSync("openssl", made, { stdio: "ignore" });
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end("{}"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop.push(() => server.close());
  const http = createHttp({ baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, tools });
  await expect(http.get("/x", z.unknown())).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringMatching(/could not be trusted: its certificate is signed by itself .*SELF_SIGNED/),
  });
});

test("a date in Retry-After is measured by the vendor's own clock", async () => {
  const http = await vendor(
    (_, response) => {
      const date = new Date("2020-01-01T00:00:00Z");
      response.writeHead(429, {
        date: date.toUTCString(),
        "retry-after": new Date(date.getTime() + 90_000).toUTCString(),
      });
      response.end();
    },
    { retries: 0 },
  );
  await expect(http.get("/x", z.unknown())).rejects.toMatchObject({ code: "rate-limited", retryAfterSeconds: 90 });
});

test("a token is asked for as the vendor wants it, and shared by requests that wait for it", async () => {
  const asked: string[] = [];
  const http = await vendor((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      asked.push(`${request.headers["content-type"]} ${body}`);
      response.end('{"access_token":"t-1","instance_url":"https://eu.example.com"}');
    });
  });
  const grant = tokenGrant({ http, path: "/token", as: "json", form: () => ({ user: "u" }), clock: tools.clock });
  const headers = await Promise.all([1, 2].map(() => grant.headers({ method: "GET", url: "https://x" })));
  expect(headers).toEqual([{ authorization: "Bearer t-1" }, { authorization: "Bearer t-1" }]);
  expect((await grant.token()).instance_url).toBe("https://eu.example.com");
  expect(asked).toEqual(['application/json {"user":"u"}']);
});
