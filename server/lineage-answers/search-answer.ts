import type { Estate } from "../../schemas/estate/estate.ts";
import type { LineageSearch } from "../../schemas/wire/lineage.ts";
import { datasetNodes } from "../lineage/declared.ts";
import { candidates, reportNode } from "../lineage/node-id.ts";
import { nodeRows } from "./node-rows.ts";
import { isKnown, viewAt, type AskedTimes, type LineageDeps } from "./view.ts";

const MOST_FOUND = 50;

/** Nodes whose name or title holds every word asked for, those that begin with it first. */
export function searchAnswer(deps: LineageDeps, asked: AskedTimes & { q: string }): LineageSearch {
  const view = viewAt(deps, asked);
  const rows = nodeRows(view, []);
  const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean);
  const exact = new Set(candidates(asked.q));
  const titles = titlesOf(view.declared.estate);
  const found: { row: ReturnType<typeof rows.row>; rank: number }[] = [];
  let total = 0;
  for (const node of view.graph.index.nodes()) {
    const id = view.graph.id(node);
    const text = `${id}\n${titles.get(id) ?? ""}`.toLowerCase();
    if (!words.every((word) => text.includes(word)) || !isKnown(view.graph, node)) continue;
    total += 1;
    if (found.length >= MOST_FOUND * 20 && !exact.has(id)) continue;
    const row = rows.row(node, null);
    const starts =
      row.title.toLowerCase().startsWith(asked.q.toLowerCase()) ||
      row.name.toLowerCase().startsWith(asked.q.toLowerCase());
    found.push({ row, rank: (exact.has(id) ? 0 : starts ? 1 : 2) + (row.declared ? 0 : 3) });
  }
  found.sort((one, other) => one.rank - other.rank || (one.row.title < other.row.title ? -1 : 1));
  const results = found.slice(0, MOST_FOUND).map(({ row: { id, kind, title, name, systemTitle } }) => {
    return { id, kind, title, name, systemTitle };
  });
  return { results, total };
}

/** What people call the nodes of an estate. */
function titlesOf(estate: Estate): Map<string, string> {
  const titles = new Map(estate.datasets.map(({ id, title }) => [id, title]));
  const datasets = [...datasetNodes(estate)].map(([id, node]) => [node, titles.get(id)!] as const);
  return new Map([
    ...datasets,
    ...estate.reports.map(({ id, title }) => [reportNode(estate.estate.name, id), title] as const),
  ]);
}
