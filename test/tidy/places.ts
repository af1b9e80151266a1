import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { defineRule } from "./rule.ts";
import { eachNode, isTest, lineOf, ROOT, scriptsOf, type SourceFile } from "./tree.ts";

const SQL =
  /^\s*(SELECT\s|INSERT\s+INTO\s|CREATE\s+(OR\s+REPLACE\s+)?(TABLE|MATERIALIZED|VIEW|INDEX|DATABASE)|UPDATE\s+\w+\s+SET|DELETE\s+FROM\s|ALTER\s+TABLE|DROP\s+TABLE|TRUNCATE\s|WITH\s+\w+\s+AS\s)/;
const ROOMS = ["schemas", "collectors", "estates", "server", "dashboards", "sandbox", "ui", "test", "deploy", "docs"];

export const sqlInTheStore = defineRule({
  name: "SQL stands in server/store only",
  reason: "Every question to an engine can be found, tuned and tested in one room.",
  mend: "Make it a question in server/store and ask that.",
  find(tree) {
    return (
      tree
        // A collector asks its vendor in the vendor's own language, and reaches no store of ours.
        .filter(({ path }) => !path.startsWith("server/store/") && !path.startsWith("collectors/") && !isTest(path))
        .flatMap((file) =>
          scriptsOf(file).flatMap(({ source, firstLine }) => {
            const found: string[] = [];
            eachNode(source, (node) => {
              if (!ts.isStringLiteralLike(node) && !ts.isTemplateHead(node)) return;
              if (!SQL.test(node.text)) return;
              const line = firstLine + lineOf(source, node.getStart(source));
              found.push(`${file.path}:${line} ${node.text.trim().slice(0, 40)}`);
            });
            return found;
          }),
        )
    );
  },
});

export const readmeInEachRoom = defineRule({
  name: "each room says what it is for in a README.md",
  reason: "A reader who opens a folder should not have to guess what belongs there.",
  mend: "Add a README.md: what the room does, what it must not, where to start reading.",
  find(tree) {
    const present = new Set(tree.map(({ path }) => path));
    const rooms = ROOMS.filter((room) => tree.some(({ path }) => path.startsWith(`${room}/`)));
    const inner = ["server", "collectors"].flatMap((room) =>
      foldersOf(room).filter((folder) => holdsCode(tree, folder)),
    );
    return [...rooms, ...inner].filter((room) => !present.has(`${room}/README.md`)).map((room) => `${room}/README.md`);
  },
});

function foldersOf(room: string): string[] {
  if (!existsSync(join(ROOT, room))) return [];
  return readdirSync(join(ROOT, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${room}/${entry.name}`);
}

function holdsCode(tree: readonly SourceFile[], folder: string): boolean {
  return tree.some(({ path }) => path.startsWith(`${folder}/`) && path.endsWith(".ts"));
}

export const citedPathsExist = defineRule({
  name: "every path a document cites exists",
  reason: "A document that points at nothing is believed less everywhere else.",
  mend: "Correct the path, or remove the sentence with the file.",
  find(tree) {
    return tree
      .filter(({ path }) => path.endsWith(".md"))
      .flatMap((file) =>
        file.lines.flatMap((line, index) =>
          citedPaths(line)
            .filter((cited) => !exists(file.path, cited))
            .map((cited) => `${file.path}:${index + 1} ${cited}`),
        ),
      );
  },
});

/** Link targets, and code spans that read like a path of the house. Those with a placeholder or wildcard are no paths. */
function citedPaths(line: string): string[] {
  const links = [...line.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  const spans = [...line.matchAll(/`([^`\s]+)`/g)]
    .map((match) => match[1] ?? "")
    .filter((span) => ROOMS.some((room) => span.startsWith(`${room}/`)) && !/[<>*{}:…$]/.test(span));
  return [...links.filter((link) => !/^[a-z]+:/.test(link)), ...spans];
}

function exists(document: string, cited: string): boolean {
  const fromRoot = join(ROOT, cited);
  const fromDocument = join(ROOT, normalize(join(dirname(document), cited)));
  return existsSync(fromRoot) || existsSync(fromDocument);
}
