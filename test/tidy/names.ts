import ts from "typescript";
import { defineRule } from "./rule.ts";
import { eachNode, lineOf, scriptsOf } from "./tree.ts";

const BANNED = "manager service repository helper helpers util utils common core base impl misc".split(" ");
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const COMPONENT = /^[A-Z][A-Za-z0-9]*[.]svelte$/;
/** Names given by tools and by custom. */
const GIVEN = /^(README[.]md|LICENSE|CHANGELOG[.]md|CONTRIBUTING[.]md|Dockerfile|[.].+)$/;

export const kebabNames = defineRule({
  name: "files and folders are named in kebab-case, components as they are used in markup",
  reason: "One way of writing names means nobody has to remember which.",
  mend: "Rename it to lower-case words joined by hyphens, a Svelte component to PascalCase.",
  find(tree) {
    return tree.filter(({ path }) => path.split("/").some((part) => !wellNamed(part))).map(({ path }) => path);
  },
});

function wellNamed(part: string): boolean {
  if (part.endsWith(".svelte")) return COMPONENT.test(part);
  return GIVEN.test(part) || KEBAB.test(part.replace(/[._]/g, "-"));
}

export const tellingFileNames = defineRule({
  name: "no file is named for a drawer",
  reason: `${BANNED.join(", ")} and V2 say nothing about what is inside, so anything ends up inside.`,
  mend: "Name the file for what it exports.",
  find(tree) {
    return tree
      .filter(({ path }) => path.split(/[/.-]/).some((word) => BANNED.includes(word) || /^v2$/i.test(word)))
      .map(({ path }) => path);
  },
});

export const tellingExports = defineRule({
  name: "no export is named for a drawer",
  reason: "A name ending in Manager, Helper, Util or V2 hides what the thing does.",
  mend: "Say what it does: a verb for a function, the field's noun for a type.",
  find(tree) {
    return tree.flatMap((file) =>
      scriptsOf(file).flatMap(({ source, firstLine }) => {
        const found: string[] = [];
        eachNode(source, (node) => {
          const name = declaredName(node);
          if (name === null || !endsInDrawer(name.text)) return;
          found.push(`${file.path}:${firstLine + lineOf(source, name.getStart(source))} ${name.text}`);
        });
        return found;
      }),
    );
  },
});

function declaredName(node: ts.Node): ts.Identifier | null {
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return named && node.name ? node.name : null;
}

function endsInDrawer(name: string): boolean {
  const words = name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
  return BANNED.includes(words.at(-1) ?? "") || name.endsWith("V2");
}
