import { defineRule } from "./rule.ts";
import type { SourceFile } from "./tree.ts";

const PAGE = "docs/dependencies.md";

export const dependenciesExplained = defineRule({
  name: `every dependency is explained in ${PAGE}, and nothing else is`,
  reason: "A package nobody can give a reason for should not be here.",
  mend: "Say in a line what it is for and why this one; take out what is gone.",
  find(tree) {
    const named = dependencies(tree);
    const page = tree.find(({ path }) => path === PAGE);
    if (!page) return [`${PAGE} is missing`];
    const explained = page.lines
      .filter((line) => line.startsWith("| `"))
      .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
    return [
      ...named.filter((name) => !explained.includes(name)).map((name) => `${name} is not explained`),
      ...explained.filter((name) => !named.includes(name)).map((name) => `${name} is explained and not a dependency`),
    ];
  },
});

function dependencies(tree: readonly SourceFile[]): string[] {
  const manifest = tree.find(({ path }) => path === "package.json");
  if (!manifest) return [];
  const { dependencies: running = {}, devDependencies: building = {} } = JSON.parse(manifest.text) as Record<
    "dependencies" | "devDependencies",
    Record<string, string> | undefined
  >;
  return Object.keys({ ...running, ...building });
}
