import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockDataDirectory, lockNameOf } from "./data-lock.ts";
import { OptionError, readOptions } from "./options.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "tieout-options-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("readOptions", () => {
  it("listens on loopback with the sandbox unless told otherwise", () => {
    expect(readOptions(["--estate", root], {}, root)).toMatchObject({ host: "127.0.0.1", port: 4600, sandbox: true });
    expect(readOptions(["--estate", root, "--no-sandbox", "--port", "0"], {}, root)).toMatchObject({
      sandbox: false,
      port: 0,
    });
  });

  it("does everything unless given roles, by flag or environment", () => {
    const served = { CLICKHOUSE_URL: "http://c:8123", DATABASE_URL: "postgres://p/t" };
    const roles = (flags: string[], environment = {}) =>
      readOptions(["--estate", root, "--no-sandbox", ...flags], { ...served, ...environment }, root).roles;
    expect(readOptions(["--estate", root], {}, root).roles).toEqual(["api", "collect", "work"]);
    expect(roles(["--role", "work", "--role", "api"])).toEqual(["api", "work"]);
    expect(roles([], { TIEOUT_ROLES: "collect, work" })).toEqual(["collect", "work"]);
  });

  it.each<[string[], Record<string, string>, RegExp]>([
    [["--estate", "/nowhere/at/all"], {}, /no such folder/],
    [["--port", "eighty"], {}, /whole number from 0 to 65535/],
    [["--colour", "red"], {}, /Unknown option '--colour'[\s\S]*Usage/],
    [[], { TIEOUT_ADMIN_KEY: "short" }, /has 5 characters; expected at least 32/],
    [["--role", "cook"], {}, /--role cook: expected one of api, collect, work/],
    [["--role", "collect"], {}, /needs DATABASE_URL, CLICKHOUSE_URL and --no-sandbox/],
    [[], { CLICKHOUSE_URL: "not a url" }, /CLICKHOUSE_URL is not an address/],
    [[], { TIEOUT_MAX_EVENT_BYTES: "lots" }, /TIEOUT_MAX_EVENT_BYTES=lots: expected a number of bytes/],
  ])("says what is wrong with %j %j", (args, environment, message) => {
    const all = args.includes("--estate") ? args : ["--estate", root, ...args];
    expect(() => readOptions(all, environment, root)).toThrow(OptionError);
    expect(() => readOptions(all, environment, root)).toThrow(message);
  });
});

describe("lockDataDirectory", () => {
  it("refuses a folder a living process holds, and takes over from a dead one", () => {
    const held = join(root, "held");
    const release = lockDataDirectory(held);
    writeFileSync(join(held, "lock"), lockNameOf(process.ppid));
    expect(() => lockDataDirectory(held)).toThrow(/in use by another Tieout/);
    for (const gone of ["2147483646", `${process.ppid} 1`, "not a process"]) {
      writeFileSync(join(held, "lock"), gone);
      expect(() => lockDataDirectory(held)).not.toThrow();
    }
    release();
  });

  it("refuses what cannot be a folder, saying why", () => {
    writeFileSync(join(root, "file"), "");
    expect(() => lockDataDirectory(join(root, "file", "below"))).toThrow(/a file is in the way/);
  });
});
