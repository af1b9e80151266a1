import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const SECURITY = readFileSync(join(ROOT, "docs/security.md"), "utf8");
/** A line of the threat model's tables that ends in the tests that hold it. */
const LINES = SECURITY.split("\n").filter((line) => line.includes(".test.ts`"));

test("every test docs/security.md relies on is there under that name", () => {
  const gone: string[] = [];
  let cited = 0;
  for (const line of LINES) {
    let source = "";
    for (const [, file, title] of line.matchAll(/`([\w./-]+\.test\.ts)`|“([^”]+)”/g)) {
      if (file) source = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), "utf8") : "";
      else {
        cited += 1;
        if (!source.includes(title!)) gone.push(title!);
      }
    }
  }
  expect(gone).toEqual([]);
  expect(cited).toBeGreaterThan(80);
});
