import type { Flow } from "../../schemas/estate/flow.ts";
import type { HopState, RerunTarget } from "../../schemas/wire/line.ts";

/** A hop as far as beginning again is concerned. */
interface Standing {
  dataset: string;
  systemTitle: string;
  state: HopState;
}

/**
 * Where a flow's load is begun again: at the first hop that does not tie, else the first nothing is known of, else at
 * the start; and from there back to the nearest hop its system lets be driven. Null where none does.
 */
export function rerunTarget(flow: Flow, hops: readonly Standing[]): RerunTarget | null {
  const own = flow.hops.map((hop) => hops.find(({ dataset }) => dataset === hop.dataset));
  const first = (state: HopState) => own.findIndex((standing) => standing?.state === state);
  const from = [first("off"), first("unknown"), 0].find((at) => at >= 0) ?? 0;
  const at = flow.hops.findLastIndex((hop, index) => index <= from && hop.rerun !== undefined);
  const hop = flow.hops[at];
  if (!hop) return null;
  return { dataset: hop.dataset, systemTitle: own[at]?.systemTitle ?? hop.title, title: hop.title };
}
