import ts from "typescript";
import { defineRule } from "./rule.ts";
import { eachNode, isTest, lineOf, scriptsOf, type SourceFile } from "./tree.ts";

const LINES = 300;
const LINES_AT_MOST = 350;
const FUNCTION_LINES = 70;
/** A function made of inner functions, each short, may be as long as this in all. */
const FUNCTION_LINES_AT_MOST = 100;
/** The share of files that may pass 300 lines: "rarely". */
const LONG_SHARE = 0.03;

const isCode = (file: SourceFile) => /[.](ts|svelte|cjs|css)$/.test(file.path);

export const shortFiles = defineRule({
  name: `files stay within ${LINES} lines`,
  reason: "A file that is one thing can be read in one go.",
  mend: "Split the file where its second subject starts, and name the new file for what it exports.",
  find(tree) {
    const code = tree.filter(isCode);
    const long = code.filter((file) => file.lines.length > LINES);
    const allowed = Math.floor(code.length * LONG_SHARE);
    const tooLong = long.filter((file) => file.lines.length > LINES_AT_MOST);
    return (long.length > allowed ? long : tooLong).map((file) => `${file.path} has ${file.lines.length} lines`);
  },
});

export const shortFunctions = defineRule({
  name: `functions stay within ${FUNCTION_LINES} lines`,
  reason: "A function that fits a screen can be checked by looking at it.",
  mend: "Give the steps names: pull the longest inner part out as a function of its own.",
  find(tree) {
    return tree.filter(isCode).flatMap((file) =>
      scriptsOf(file).flatMap(({ source, firstLine }) => {
        const found: string[] = [];
        eachNode(source, (node) => {
          if (!isFunction(node) || (isTest(file.path) && isSuite(node))) return;
          const lines = linesOf(source, node);
          if (lines <= FUNCTION_LINES) return;
          if (lines <= FUNCTION_LINES_AT_MOST && lines - innerLines(source, node) <= FUNCTION_LINES) return;
          found.push(`${file.path}:${firstLine + lineOf(source, node.getStart(source))} a function of ${lines} lines`);
        });
        return found;
      }),
    );
  },
});

function linesOf(source: ts.SourceFile, node: ts.Node): number {
  return lineOf(source, node.end) - lineOf(source, node.getStart(source)) + 1;
}

/** Lines that belong to functions inside this one. */
function innerLines(source: ts.SourceFile, node: ts.Node): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += isFunction(child) ? linesOf(source, child) - 1 : innerLines(source, child);
  });
  return lines;
}

function isFunction(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node)
  );
}

/** The body of a `describe` is a list of tests, not a function to be read as one. */
function isSuite(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression.getText().startsWith("describe");
}
