import { defineRule, type TidyRule } from "./rule.ts";

const OPEN_ENDS =
  /\b(TODO|FIXME|XXX|HACK)\b|\b(describe|it|test|suite)[.](only|skip|todo)\b|\b(xit|xdescribe|fit|fdescribe)\(/;
const MACHINE_PATHS = /(?<![\w.~-])\/(work|root|home\/\w+|Users\/\w+|tmp)\//;
const REGISTRIES = /\b(registry|npm)[.](npmjs|yarnpkg|jsr)[.]\w+|\bunpkg[.]com\b/;

export const noOpenEnds = matching({
  name: "nothing is left open in the tree",
  reason: "A note to oneself is work nobody will find; a skipped test is a test nobody has.",
  mend: "Do it now, or open an issue and remove the mark.",
  pattern: OPEN_ENDS,
});

export const noMachinePaths = matching({
  name: "no path of one machine is written down",
  reason: "The project must run in any folder of any machine.",
  mend: "Take the path from an argument, from import.meta.dirname, or from os.tmpdir().",
  pattern: MACHINE_PATHS,
});

export const noRegistries = matching({
  name: "no package registry is written down",
  reason: "Where packages come from is the machine's business; a mirror must do.",
  mend: "Remove the address; npm knows its registry.",
  pattern: REGISTRIES,
});

function matching(rule: Omit<TidyRule, "find"> & { pattern: RegExp }): TidyRule {
  return defineRule({
    ...rule,
    find: (tree) =>
      tree
        .filter(({ path }) => path !== "test/tidy/words.ts" && !path.includes("/fixtures/"))
        .flatMap(({ path, lines }) =>
          lines.flatMap((line, index) =>
            rule.pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 100)}`] : [],
          ),
        ),
  });
}
