import type { LineageEdge, LineageNode, TieState } from "../../../schemas/wire/lineage.ts";
import { FRESHNESS, type Look } from "../../format/state-words.ts";

export type EdgeLook = TieState | "declared" | "shown" | "plain" | "added" | "removed";

/** How an edge is drawn and told: shape and word as well as colour. */
export const EDGES: Record<EdgeLook, Look & { sign: string; line: "solid" | "dashed" | "dotted" }> = {
  tied: { shape: "done", tone: "tie", word: "ties", sign: "✓", line: "solid" },
  off: { shape: "held", tone: "break", word: "does not tie", sign: "✕", line: "dashed" },
  carries: { shape: "not-due", tone: "rest", word: "carries the difference", sign: "·", line: "dashed" },
  flight: { shape: "running", tone: "flight", word: "on its way", sign: "›", line: "solid" },
  unknown: { shape: "unknown", tone: "unknown", word: "tie-out unknown", sign: "?", line: "dotted" },
  declared: { shape: "not-due", tone: "rest", word: "declared, never observed", sign: "", line: "dotted" },
  shown: { shape: "not-due", tone: "rest", word: "shown in a report", sign: "", line: "solid" },
  plain: { shape: "done", tone: "rest", word: "observed", sign: "", line: "solid" },
  added: { shape: "done", tone: "flight", word: "new", sign: "+", line: "solid" },
  removed: { shape: "held", tone: "risk", word: "gone", sign: "−", line: "dashed" },
};

/** What people read of an edge where there is room for one thing. */
export function lookOfEdge(
  edge: Pick<LineageEdge, "destination" | "evidence" | "tie"> & { change?: string | undefined },
): EdgeLook {
  if (edge.change === "added" || edge.change === "removed") return edge.change;
  if (edge.destination.startsWith("report:")) return "shown";
  if (edge.evidence === "declared") return "declared";
  return edge.tie?.state ?? "plain";
}

export const EVIDENCE: Record<LineageEdge["evidence"], string> = {
  declared: "declared, never observed",
  observed: "observed, not declared",
  both: "declared and observed",
};

const SIGNS: Record<Look["shape"], string> = {
  done: "✓",
  running: "›",
  "at-risk": "◷",
  held: "✕",
  unknown: "?",
  "not-due": "·",
};

/** A dataset's freshness with a sign in front; null where nobody judges it. */
export function freshnessOf(node: Pick<LineageNode, "freshness">): (Look & { sign: string }) | null {
  if (!node.freshness) return null;
  const look = FRESHNESS[node.freshness.state];
  return { ...look, sign: SIGNS[look.shape] };
}

export const KINDS: Record<LineageNode["kind"], string> = { dataset: "Dataset", job: "Job", report: "Report" };
