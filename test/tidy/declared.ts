import ts from "typescript";
import { defineRule } from "./rule.ts";
import { eachNode, isTest, scriptsOf, type SourceFile } from "./tree.ts";

/** What is declared as a value, under which member it is named, and the file that lists every one of its kind. */
const KINDS = [
  { call: "defineCollector", key: "id", list: "collectors/index.ts" },
  { call: "defineSandbox", key: "collector", list: "collectors/sandboxes.ts" },
  { call: "defineReceiver", key: "kind", list: "server/receivers/index.ts" },
  { call: "defineTask", key: "name", list: "server/tasks/index.ts" },
  { call: "defineInspection", key: "name", list: "server/doctor/index.ts" },
  { call: "defineTopic", key: "name", list: "server/stream/topics.ts" },
  { call: "defineBench", key: "name", list: "test/bench/index.ts" },
  { call: "defineQuestion", key: "name", list: null },
] as const;

interface Declared {
  file: SourceFile;
  kind: (typeof KINDS)[number];
  /** The exported constant. */
  variable: string;
  /** The name it goes by, after the engine's where it has one; null where it is not written as plain text. */
  name: string | null;
}

export const namedOnce = defineRule({
  name: "every declared value has a name of its own",
  reason: "Logs, queues, cursors and metrics go by that name; two of a kind would be mixed up.",
  mend: "Rename one of them.",
  find(tree) {
    const seen = new Map<string, string>();
    return declaredValues(tree).flatMap(({ file, kind, name }) => {
      if (name === null) return [];
      const key = `${kind.call} ${name}`;
      const before = seen.get(key);
      seen.set(key, file.path);
      return before ? [`${file.path} declares "${name}", and so does ${before}`] : [];
    });
  },
});

export const listedOnce = defineRule({
  name: "every declared value is listed exactly once",
  reason: "A value that is declared and not listed never runs; the list is the room's table of contents.",
  mend: "Import it in its list and name it there once.",
  find(tree) {
    return declaredValues(tree).flatMap(({ file, kind, variable }) => {
      if (kind.list === null) return [];
      const list = tree.find(({ path }) => path === kind.list);
      const named = list ? listings(list, variable) : 0;
      return named === 1 ? [] : [`${file.path} ${variable} stands ${named} times in ${kind.list}`];
    });
  },
});

function declaredValues(tree: readonly SourceFile[]): Declared[] {
  const code = tree.filter(({ path }) => path.endsWith(".ts") && (!isTest(path) || path.startsWith("test/bench/")));
  return code.flatMap((file) =>
    scriptsOf(file).flatMap(({ source }) => {
      const found: Declared[] = [];
      eachNode(source, (node) => {
        if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isCallExpression(node.initializer)) return;
        const call = node.initializer;
        const kind = KINDS.find((candidate) => candidate.call === call.expression.getText(source));
        if (kind) found.push({ file, kind, variable: node.name.getText(source), name: fullName(call, kind.key) });
      });
      return found;
    }),
  );
}

function fullName(call: ts.CallExpression, key: string): string | null {
  const name = textIn(call, key);
  return name && [textIn(call, "engine"), name].filter((part) => part !== null).join(" ");
}

function textIn(call: ts.CallExpression, key: string): string | null {
  const [value] = call.arguments;
  if (!value || !ts.isObjectLiteralExpression(value)) return null;
  for (const property of value.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== key) continue;
    return ts.isStringLiteralLike(property.initializer) ? property.initializer.text : null;
  }
  return null;
}

/** How often a list names a value beside importing it. */
function listings(list: SourceFile, variable: string): number {
  let count = 0;
  for (const { source } of scriptsOf(list)) {
    eachNode(source, (node) => {
      if (ts.isIdentifier(node) && node.text === variable && !ts.isImportSpecifier(node.parent)) count += 1;
    });
  }
  return count;
}
