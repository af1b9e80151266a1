import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folders, writeTinyEstate } from "../tiny-estate.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const WITHIN = 120_000;

const { make, remove } = folders();
let tiny: string;
let taken: Server;
beforeAll(async () => {
  tiny = writeTinyEstate(make("estate"));
  taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
});
afterAll(() => {
  taken.close();
  remove();
});

/** Runs `server/main.ts` until it ends by itself; answers its exit code and what it said to whoever typed it. */
async function startToEnd(flags: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["server/main.ts", ...flags], {
    cwd: ROOT,
    env: { ...process.env, LOG_LEVEL: "silent", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), WITHIN);
  const code = await new Promise<number | null>((done) => child.once("close", done));
  clearTimeout(timer);
  return { code, said };
}

const start = (flags: string[] = [], env: Record<string, string> = {}) =>
  startToEnd(["--no-sandbox", "--port", "0", "--estate", tiny, "--data", make("data"), ...flags], env);

/** A refusal a person can act on: told in words, without a stack, with exit code 1. */
function expectRefusal({ code, said }: { code: number | null; said: string }, ...words: (string | RegExp)[]): void {
  expect(said).toContain("Tieout did not start. ");
  for (const word of words) expect(said).toMatch(word);
  expect(said).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(said).not.toContain("node:internal");
  expect(code).toBe(1);
}

describe("a start that cannot be is refused in words", { timeout: WITHIN }, () => {
  test("a busy port", async () => {
    const { port } = taken.address() as AddressInfo;
    expectRefusal(
      await start(["--port", String(port)]),
      `Port ${port} on 127.0.0.1 is busy. Choose another with --port`,
    );
  });

  test.each([
    ["is a file", ""],
    ["lies below a file", "below/it"],
  ])("a data directory that %s", async (_what, below) => {
    const file = join(make("data"), "file");
    writeFileSync(file, "");
    const data = join(file, below);
    expectRefusal(await start(["--data", data]), `${data} cannot be a folder: a file is in the way`, "--data");
  });

  test.each([
    ["CLICKHOUSE_URL", "http://127.0.0.1:9"],
    ["DATABASE_URL", "postgres://tieout:s3cr3t-word@127.0.0.1:9/tieout"],
  ])("%s that leads nowhere", async (variable, url) => {
    const refusal = await start([], { [variable]: url });
    expectRefusal(refusal, `The engine at ${variable} does not answer (ECONNREFUSED)`, /leave .+ unset/);
    expect(refusal.said).not.toContain("s3cr3t-word");
  });

  test("an engine's address that is none", async () => {
    expectRefusal(await start([], { CLICKHOUSE_URL: "clickhouse" }), "CLICKHOUSE_URL is not an address. Expected");
  });

  test("an address where something else answers", async () => {
    const other = createServer((_request, response) => response.writeHead(404).end("nothing here"));
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expectRefusal(await start([], { CLICKHOUSE_URL: url }), "The engine at CLICKHOUSE_URL refuses: ");
    other.close();
  });

  test("a broken estate: every problem with its file, line and what was expected", async () => {
    const estate = writeTinyEstate(make("estate"), { calendars: [{ id: "germany", country: "ZZ" }] });
    const entity =
      "entities:\n  - id: FR01\n    name: Un SA\n    country: FR\n    currency: euro\n    zone: Mars/Base\n";
    writeFileSync(join(estate, "france.yaml"), entity);
    writeFileSync(join(estate, "broken.yaml"), "datasets:\n  - id: [ledger\n");
    const grammar = await start(["--estate", estate]);
    expectRefusal(grammar, /france\.yaml:5: entities\[0\]\.currency is "euro"; expected .+/);
    expectRefusal(grammar, /broken\.yaml:\d+: .+; expected readable YAML/, "The estate has 2 problems:");

    writeFileSync(join(estate, "france.yaml"), entity.replace("euro", "EUX"));
    writeFileSync(join(estate, "broken.yaml"), "runbooks:\n  - { id: stuck, title: Stuck, file: stuck.md }\n");
    const references = await start(["--estate", estate]);
    expectRefusal(references, /estate\.yaml:\d+: no holidays are known for country “ZZ”; expected an ISO 3166 code/);
    expectRefusal(references, /france\.yaml:6: there is no time zone “Mars\/Base”; expected an IANA zone/);
    expectRefusal(references, /france\.yaml:5: there is no currency “EUX”; expected an ISO 4217 code/);
    expectRefusal(references, /broken\.yaml:2: there is no file “stuck\.md”; expected Markdown/);
  });

  test("secrets that are not in the environment, all of them named", async () => {
    const missing = await startToEnd(["--no-sandbox", "--port", "0", "--data", make("data")], {
      S4_URL: "http://127.0.0.1:9",
    });
    expectRefusal(missing, /system s4: set S4_PASSWORD in the environment: /, /system powerbi: set POWERBI_API_URL/);
    expect(missing.said).not.toContain("set S4_URL");
  });

  test("an estate nobody wrote a play for", async () => {
    const flags = ["--port", "0", "--estate", tiny, "--data", make("data")];
    expectRefusal(await startToEnd(flags), /no scenario .*tiny\.yaml/, "--no-sandbox");
  });

  test.each([
    [
      "a short TIEOUT_ADMIN_KEY",
      [],
      { TIEOUT_ADMIN_KEY: "short" },
      "TIEOUT_ADMIN_KEY has 5 characters; expected at least 32",
    ],
    ["an unknown flag", ["--colour"], {}, "Unknown option '--colour'"],
  ])("%s", async (_what, flags, env, words) => {
    const refusal = await start(flags, env);
    expectRefusal(refusal, words);
    if (words.startsWith("Unknown")) expect(refusal.said).toContain("Usage: npm start --");
  });

  test("a saved play whose scenario changed meanwhile, which is left as it was", async () => {
    const data = make("data");
    const saved = JSON.stringify({
      ...{ scenario: createHash("sha256").update("another").digest("hex").slice(0, 16), seed: 1, at: 0, speed: 1440 },
      ...{ paused: false, endsAt: null, acts: [] },
    });
    writeFileSync(join(data, "sandbox.json"), saved);
    expectRefusal(
      await startToEnd(["--port", "0", "--data", data]),
      /belongs to a play of another scenario/,
      "fresh data folder",
    );
    expect(readFileSync(join(data, "sandbox.json"), "utf8")).toBe(saved);
    writeFileSync(join(data, "sandbox.json"), "{");
    expectRefusal(await startToEnd(["--port", "0", "--data", data]), /sandbox\.json cannot be read/);
  });
});
