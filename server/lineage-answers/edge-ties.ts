import type { Estate } from "../../schemas/estate/estate.ts";
import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { EdgeTie, LineageEdge, TieState } from "../../schemas/wire/lineage.ts";
import type { MatrixState } from "../../schemas/wire/reconcile-matrix.ts";
import type { DeclaredEdge } from "../lineage/declared.ts";

/** What a stored check said last, by the time of the question. */
export interface CheckSaid {
  id: string;
  rule: string;
  entity: string;
  state: MatrixState;
  firstOff: string;
  checkedAt: string;
}

const MOST_CHECKS = 20;
/** Worst first. */
const STATES: readonly TieState[] = ["off", "carries", "unknown", "flight", "tied"];
const TIED: readonly MatrixState[] = ["tied", "tolerated", "settled"];

/** Whether control totals agree along a declared step, with the checks that say so; by `<origin>\n<destination>`. */
export function edgeTies(
  estate: Estate,
  edges: readonly DeclaredEdge[],
  checks: readonly CheckSaid[],
): Map<string, NonNullable<LineageEdge["tie"]>> {
  const rules = estate.reconciliations.filter(({ kind }) => kind === "flow");
  const said = Map.groupBy(checks, ({ rule }) => rule);
  const ties = new Map<string, NonNullable<LineageEdge["tie"]>>();
  for (const { origin, destination, hop } of edges) {
    if (!hop) continue;
    const own = rules.flatMap((rule) => {
      const leg = legInto(estate, rule, hop);
      const ofHop = (said.get(rule.id) ?? []).filter(({ entity }) => hop.entities.includes(entity));
      return leg < 0 ? [] : ofHop.map((check) => tieOf(rule, leg, check));
    });
    if (own.length === 0) continue;
    own.sort((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state));
    const more = Math.max(0, own.length - MOST_CHECKS);
    ties.set(`${origin}\n${destination}`, { state: own[0]!.state, checks: own.slice(0, MOST_CHECKS), more });
  }
  return ties;
}

/** The leg a hop's way leads into: its own dataset, or the next one after it the rule compares. */
function legInto(estate: Estate, rule: Reconciliation, hop: { flow: string; dataset: string }): number {
  const flow = estate.flows.find(({ id }) => id === rule.flow);
  if (rule.flow !== hop.flow || !flow) return -1;
  const at = flow.hops.findIndex(({ dataset }) => dataset === hop.dataset);
  const onward = flow.hops.slice(at).map(({ dataset }) => rule.legs.indexOf(dataset));
  return onward.find((leg) => leg > 0) ?? -1;
}

function tieOf(rule: Reconciliation, leg: number, { id, entity, state, firstOff, checkedAt }: CheckSaid): EdgeTie {
  const off = rule.legs.indexOf(firstOff);
  const told = (): TieState => {
    if (TIED.includes(state)) return "tied";
    if (state === "flight") return "flight";
    if (off < 0) return "unknown";
    return leg < off ? "tied" : leg === off ? "off" : "carries";
  };
  return { rule: rule.id, entity, state: told(), resultId: id, checkedAt };
}
