import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pathBelow } from "./referenced-lines.ts";

const root = mkdtempSync(join(tmpdir(), "tieout-inbox-"));
const inbox = join(root, "inbox");
beforeAll(() => {
  mkdirSync(join(inbox, "oct"), { recursive: true });
  writeFileSync(join(inbox, "oct/de01.csv"), "x");
  writeFileSync(join(root, "secret"), "x");
  symlinkSync(join(root, "secret"), join(inbox, "link"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("reads below the watched folder only, whatever a location says", async () => {
  expect(await pathBelow(inbox, "oct/de01.csv")).toMatch(/oct\/de01\.csv$/);
  for (const location of [
    "../secret",
    join(root, "secret"),
    "oct/../../secret",
    "link",
    "file:///etc/hosts",
    "s3://x/y",
    ".",
  ])
    expect(await pathBelow(inbox, location), location).toBeNull();
  await expect(pathBelow(inbox, "oct/not-yet.csv")).rejects.toThrow("ENOENT");
});
