import type { LineagePaths } from "../../schemas/wire/lineage.ts";
import { pathsBetween } from "../lineage/paths.ts";
import { nodeNamed, viewAt, type AskedTimes, type LineageDeps } from "./view.ts";

/** Ways from one node to another, shortest first. */
export function pathsAnswer(
  deps: LineageDeps,
  asked: AskedTimes & { from: string; to: string; depth: number; limit: number },
): LineagePaths {
  const view = viewAt(deps, asked);
  const { graph } = view;
  const [from, to] = [graph.shownAs(nodeNamed(view, asked.from)), graph.shownAs(nodeNamed(view, asked.to))];
  const { paths, truncated } = pathsBetween(graph, from, to, asked);
  return {
    ...{ asOf: view.asOf, from: graph.id(from), to: graph.id(to), depth: asked.depth, truncated },
    paths: paths.map((path) => path.map(graph.id)),
  };
}
