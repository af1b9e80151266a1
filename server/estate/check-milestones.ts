import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import { Role } from "../../schemas/estate/role.ts";
import { ROLE_SCOPES } from "../people/permissions.ts";
import { idsOf, mustBe, unique, type Complain } from "./named.ts";
import { checkZone } from "./places.ts";

/** Roles a sign-off may be certified as. */
const MAY_CERTIFY = Role.options.filter((role) => ROLE_SCOPES[role].includes("signoff:certify"));

/** Milestones wait for milestones that exist, never for themselves, and their gates name flows that exist. */
export function checkMilestones(estate: Estate, complain: Complain): void {
  const { milestones } = estate.close;
  unique("milestones", milestones, complain, ["close"]);
  const ids = idsOf(milestones);
  for (const [at, milestone] of milestones.entries()) {
    const path = ["close", "milestones", at] as const;
    for (const [of, id] of milestone.after.entries()) mustBe(ids, id, "milestone", [...path, "after", of], complain);
    if (milestone.zone !== "entity" && milestone.zone !== "group")
      checkZone(milestone.zone, [...path, "zone"], complain);
    const { gate } = milestone;
    if (gate.kind === "flow") {
      const flow = estate.flows.find((candidate) => candidate.id === gate.flow);
      mustBe(idsOf(estate.flows), gate.flow, "flow", [...path, "gate", "flow"], complain);
      const hops = new Set(flow?.hops.map((hop) => hop.dataset));
      if (flow && gate.through)
        mustBe(hops, gate.through, `hop of flow “${flow.id}”`, [...path, "gate", "through"], complain);
    }
    if (gate.kind === "reconciliation") {
      const rules = idsOf(estate.reconciliations);
      mustBe(rules, gate.reconciliation, "reconciliation", [...path, "gate", "reconciliation"], complain);
    }
    if (gate.kind === "signoff" && !MAY_CERTIFY.includes(gate.role)) {
      complain([...path, "gate", "role"], `“${milestone.id}” is certified as ${gate.role}`, MAY_CERTIFY.join(" or "));
    }
    if (gate.kind === "predecessors" && milestone.after.length === 0) {
      complain(
        [...path, "after"],
        `“${milestone.id}” is met by its predecessors and has none`,
        "at least one milestone in after",
      );
    }
  }
  const cycle = cycleIn(milestones);
  if (cycle)
    complain(
      ["close", "milestones", cycle.at, "after"],
      `the milestones ${cycle.ids.join(" → ")} wait for each other`,
      "no circle",
    );
}

function cycleIn(milestones: readonly Milestone[]): { at: number; ids: string[] } | null {
  const byId = new Map(milestones.map((milestone) => [milestone.id, milestone]));
  const done = new Set<string>();
  const walk = (id: string, path: string[]): string[] | null => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return null;
    for (const next of byId.get(id)?.after ?? []) {
      const found = walk(next, [...path, id]);
      if (found) return found;
    }
    done.add(id);
    return null;
  };
  for (const { id } of milestones) {
    const ids = walk(id, []);
    if (ids) return { at: milestones.findIndex((milestone) => milestone.id === ids[0]), ids };
  }
  return null;
}
