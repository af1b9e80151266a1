import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";

export const ROOT = resolve(import.meta.dirname, "../..");

/** One file of the house. `path` is relative to the root, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
  /** Numbered from 1 for messages; a trailing line break ends the last line and starts none. */
  lines: string[];
}

const NOT_OURS = new Set(["node_modules", "dist", "test-output", ".tieout", ".git"]);
const READ = /[.](ts|svelte|cjs|css|html|md|ya?ml|json|sql|sh)$|(^|\/)(run|LICENSE|Dockerfile)$/;

/** Every file people write, so without what is installed, built or recorded. */
export function readTree(): SourceFile[] {
  return walk(ROOT)
    .filter((path) => READ.test(path) && path !== "package-lock.json")
    .map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path, text, lines: text.replace(/\n$/, "").split("\n") };
    });
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(ROOT, path).replaceAll("\\", "/")];
  });
}

export function isTest(path: string): boolean {
  return path.startsWith("test/") || path.endsWith(".test.ts");
}

/** The TypeScript of a file: all of a module, the scripts of a Svelte component with the line each starts on; else nothing. */
export function scriptsOf(file: SourceFile): { source: ts.SourceFile; firstLine: number }[] {
  if (file.path.endsWith(".ts")) return [{ source: parse(file.path, file.text), firstLine: 1 }];
  if (!file.path.endsWith(".svelte")) return [];
  return [...file.text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => ({
    source: parse(`${file.path}.ts`, match[1] ?? ""),
    firstLine: file.text.slice(0, match.index + match[0].indexOf(">") + 1).split("\n").length,
  }));
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Calls `visit` for every node, parents first. */
export function eachNode(source: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const walkNode = (node: ts.Node) => {
    visit(node);
    ts.forEachChild(node, walkNode);
  };
  walkNode(source);
}

export function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line;
}
