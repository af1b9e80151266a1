import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inPeriods } from "./in-periods.ts";

/** Doors that tell of the period they are asked for and of no other: it has to be named. */
const NAMED = new Set([
  "/api/v1/close/:period",
  "/api/v1/close/:period/:entity/lines",
  "/api/v1/close/:period/entities/:entity",
  "/api/v1/close/:period/impact",
  "/api/v1/reconciliations/matrix",
  "/api/v1/reconciliations/:rule/:entity",
  "/api/v1/signoffs",
  "/api/v1/waivers",
  "/api/v1/lines",
  "/api/v1/trace/figure",
  "/api/v1/lineage/graph",
  "/api/v1/lineage/difference",
  "/api/v1/lineage/impact",
  "/api/v1/lineage/node",
]);

/** Doors whose verbs look at the period of what they answer with. */
const OWN = new Set([
  "/api/v1/incidents",
  "/api/v1/incidents/:id",
  "/api/v1/requests",
  "/api/v1/requests/:id",
  "/api/v1/requests/:id/detail",
  "/api/v1/breaks",
  "/api/v1/breaks/:id",
  "/api/v1/breaks/:id/attachments/:attachment",
  "/api/v1/lines/compare",
  "/api/v1/lines/:id",
  "/api/v1/trace/document",
  "/api/v1/trace/:id",
  "/api/v1/evidence",
  "/api/v1/evidence/preview",
  "/api/v1/evidence/:id",
  "/api/v1/evidence/:id/file",
]);

/** Doors to what has no period: the estate's rules, names of the graph, the log and its proofs. */
const FREE = new Set([
  "/api/v1/estate",
  "/api/v1/calendar/:period",
  "/api/v1/clock",
  "/api/v1/collectors",
  "/api/v1/lineage",
  "/api/v1/column-lineage",
  "/api/v1/lineage/search",
  "/api/v1/lineage/paths",
  "/api/v1/lineage/columns",
  "/api/v1/lineage/evidence",
  "/api/v1/lineage/drift",
  "/api/v1/audit",
  "/api/v1/audit/entries/:sequence",
  "/api/v1/audit/verify",
  "/api/v1/audit/keys",
  "/api/v1/audit/proof/inclusion",
  "/api/v1/audit/proof/consistency",
  "/api/v1/audit/checkpoint",
  "/api/v1/audit/checkpoints",
  "/api/v1/audit/holds",
  "/api/v1/people",
  "/api/v1/keys",
  "/api/v1/roles",
  "/api/v1/break-glass",
  "/api/v1/access-review",
]);

/** All doors open to somebody whose sight is limited to some periods; every other is shut to them. */
export const PERIOD_DOORS: ReadonlySet<string> = new Set([...NAMED, ...OWN, ...FREE]);

/**
 * Lets somebody whose sight is limited to some periods only through doors that keep to them.
 * @param path the route as declared
 * @param period the one named in the address, if any
 * @throws {Fault} `not-permitted` for another period, none where one has to be named, and doors that cannot tell
 */
export function demandPeriods(actor: Pick<Actor, "name" | "periods">, path: string, period: string | undefined): void {
  const { periods, name } = actor;
  if (!periods) return;
  const sees = `${name} sees ${periods.join(", ")} only`;
  if (!PERIOD_DOORS.has(path)) throw new Fault("not-permitted", `${sees}; this tells of others too.`, { periods });
  if (FREE.has(path) || (OWN.has(path) && period === undefined)) return;
  if (period === undefined) throw new Fault("not-permitted", `${sees}; name one of them as period.`, { periods });
  if (!inPeriods(actor, period)) throw new Fault("not-permitted", `${sees}, not ${period}.`, { periods });
}
