import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Capability, Collector } from "./collector.ts";
import { collectors } from "./index.ts";
import { SANDBOXES } from "./sandboxes.ts";

/**
 * Writes `docs/collectors.md` from what collectors declare and what their READMEs begin with. `--check` writes nothing and
 * fails when the page is not what they say.
 */

const PAGE = join(import.meta.dirname, "..", "docs", "collectors.md");

const CAPABILITIES: Record<Capability, string> = {
  "list-jobs": "jobs",
  "list-runs": "runs",
  push: "push",
  trigger: "start",
  rerun: "rerun",
  "rerun-from-failure": "from failure",
  cancel: "stop",
  counts: "counts",
  "control-totals": "totals",
  "master-data": "master data",
  lineage: "lineage",
};

const KINDS: Record<string, string> = {
  erp: "ERP",
  planning: "Planning and consolidation",
  hr: "HR",
  crm: "CRM",
  procurement: "Procurement",
  middleware: "Middleware",
  broker: "Brokers",
  files: "Files",
  warehouse: "Warehouses",
  bi: "BI",
};

function page(): string {
  const shown = Object.entries(CAPABILITIES).filter(([capability]) =>
    collectors.some((collector) => collector.capabilities.includes(capability as Capability)),
  );
  const sections = Object.entries(KINDS).flatMap(([kind, title]) => {
    const ofKind = collectors.filter(({ id }) => kindOf(id) === kind).sort((a, b) => (a.title < b.title ? -1 : 1));
    if (ofKind.length === 0) return [];
    const head = ["", ...shown.map(([, word]) => word)];
    const rows = ofKind.map((collector) => [
      `[${collector.title}](../collectors/${collector.id}/README.md)`,
      ...shown.map(([capability]) => (collector.capabilities.includes(capability as Capability) ? "✓" : "")),
    ]);
    return [`## ${title}`, "", ...table(head, rows), "", ...ofKind.flatMap(described)];
  });
  return `${[...INTRODUCTION, ...sections].join("\n").trimEnd()}\n`;
}

const INTRODUCTION = [
  "# Collectors",
  "",
  `Every kind of system Tieout reads: ${collectors.length} of them, each held to one conformance suite against a sandbox that behaves`,
  "like it. A tick says that the collector does it today. This page is written by `npm run docs:collectors` from what the",
  "collectors declare.",
  "",
];

function kindOf(id: string): string {
  return SANDBOXES.find(({ collector }) => collector === id)?.example.kind ?? "middleware";
}

/** What a collector's README begins with, and how much of its vendor nobody has confirmed yet. */
function described({ id, title }: Collector): string[] {
  const readme = readFileSync(join(import.meta.dirname, id, "README.md"), "utf8");
  const beginning = /^# .+\n+((?:.+\n)+)/.exec(readme)?.[1]?.trimEnd();
  if (!beginning) throw new Error(`collectors/${id}/README.md does not begin with a title and a paragraph.`);
  const [, unverified = ""] = /^## Not verified.*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme) ?? [];
  const open = unverified.match(/^- /gm)?.length ?? 0;
  const note =
    open === 0 ? [] : ["", `Not verified against a tenant: ${open} ${open === 1 ? "fact" : "facts"}, named there.`];
  return [`**${title}** (\`${id}\`)`, "", beginning, ...note, ""];
}

function table(head: string[], rows: string[][]): string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

const written = page();
if (!process.argv.includes("--check")) writeFileSync(PAGE, written);
else if (readFileSync(PAGE, "utf8") !== written) {
  console.error("docs/collectors.md is not what the collectors declare. Run `npm run docs:collectors`.");
  process.exitCode = 1;
}
