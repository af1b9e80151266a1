import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
/** Ways by which a text would become part of the page's own markup. */
const AS_MARKUP = /\{@html\b|\b(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc|document\.write)\b/;

test("no component and no script of the console puts a text on the page as markup", () => {
  const files = globSync("ui/**/*.{svelte,ts}", { cwd: ROOT });
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => AS_MARKUP.test(readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
});
