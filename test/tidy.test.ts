import { describe, expect, it } from "vitest";
import { listedOnce, namedOnce } from "./tidy/declared.ts";
import { dependenciesExplained } from "./tidy/dependencies.ts";
import { wholeLock } from "./tidy/lock.ts";
import { kebabNames, tellingExports, tellingFileNames } from "./tidy/names.ts";
import { citedPathsExist, readmeInEachRoom, sqlInTheStore } from "./tidy/places.ts";
import { shortFiles, shortFunctions } from "./tidy/size.ts";
import { readTree, type SourceFile } from "./tidy/tree.ts";
import { noMachinePaths, noOpenEnds, noRegistries } from "./tidy/words.ts";

const RULES = [
  shortFiles,
  shortFunctions,
  kebabNames,
  tellingFileNames,
  tellingExports,
  sqlInTheStore,
  readmeInEachRoom,
  citedPathsExist,
  namedOnce,
  listedOnce,
  noOpenEnds,
  noMachinePaths,
  noRegistries,
  wholeLock,
  dependenciesExplained,
];

describe("the house is tidy", () => {
  const tree = readTree();

  it.each(RULES)("$name", (rule) => {
    const found = rule.find(tree);
    const message = [`${rule.reason} ${rule.mend}`, ...found].join("\n  ");
    expect(found, message).toEqual([]);
  });
});

describe("the rules catch what they are for", () => {
  const file = (path: string, text: string): SourceFile => ({ path, text, lines: text.split("\n") });
  const body = (lines: number) => `export function long() {\n${"  step();\n".repeat(lines)}}\n`;

  it.each([
    ["a long file", shortFiles, file("server/x/y.ts", "//\n".repeat(400))],
    ["a long function", shortFunctions, file("server/x/y.ts", body(80))],
    ["a long function of a component", shortFunctions, file("ui/x.svelte", `<script lang="ts">\n${body(80)}</script>`)],
    ["a name in camel case", kebabNames, file("server/x/someThing.ts", "")],
    ["a drawer among files", tellingFileNames, file("server/x/date-utils.ts", "")],
    ["a drawer among types", tellingExports, file("server/x/y.ts", "export class RunManager {}")],
    ["SQL in a route", sqlInTheStore, file("server/routes/y.ts", "const sql = `SELECT 1 FROM ${table}`;")],
    ["a room without a README", readmeInEachRoom, file("schemas/y.ts", "")],
    ["a path that is gone", citedPathsExist, file("docs/y.md", "See `server/no/such-file.ts`.")],
    ["a link that is gone", citedPathsExist, file("docs/y.md", "See [this](no-such-page.md).")],
    ["a value not listed", listedOnce, file("server/tasks/y.ts", 'export const y = defineTask({ name: "y" });')],
    ["a skipped test", noOpenEnds, file("server/x/y.test.ts", `it.${"skip"}("…", () => {});`)],
    ["a path of one machine", noMachinePaths, file("docs/y.md", ["", "root", "y"].join("/"))],
    ["a list of dependencies that is gone", dependenciesExplained, file("package.json", "{}")],
    ["a registry", noRegistries, file("docs/y.md", `https://registry.${"npmjs"}.org/x`)],
  ])("%s", (_, rule, bad) => expect(rule.find([bad])).toHaveLength(1));

  it("two values of one name", () => {
    const twin = (path: string) => file(path, 'export const y = defineQuestion({ name: "y.z" });');
    expect(namedOnce.find([twin("server/store/a.ts"), twin("server/store/b.ts")])).toHaveLength(1);
  });
});
