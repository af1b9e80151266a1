import type { LineageEvent } from "../../schemas/event/open-lineage.ts";
import type { Actor } from "../context.ts";
import { nameOf } from "../lineage/node-id.ts";
import { inScope } from "../people/in-scope.ts";
import { mayName } from "../people/key-limits.ts";
import type { IncomingRow } from "./incoming-row.ts";

/** What a limited key may send: events that speak for its namespaces and entities. What a run reads may be anybody's. */
export interface Limits {
  /** As refusals name it: `The key “cpi”`. */
  who: string;
  entities: Actor["entities"];
  namespaces?: readonly string[];
}

/** The limits of a key that has some; null for everybody else. */
export function limitsOf({ kind, name, entities, namespaces }: Actor): Limits | null {
  if (kind !== "key" || (entities === "all" && !namespaces)) return null;
  return { who: `The key “${name}”`, entities, ...(namespaces ? { namespaces } : {}) };
}

/** Why an event is not its sender's to send, in a sentence; null where it is. */
export function outsideLimits(limits: Limits, lineage: LineageEvent, row: IncomingRow): string | null {
  const namespace = spokenFor(lineage, row).find((each) => !mayName(limits, each));
  if (namespace !== undefined) {
    return `${limits.who} may not send events of ${namespace}; it may of ${limits.namespaces?.join(", ")}.`;
  }
  const entity = entitiesOf(row).find((each) => !inScope(limits, each));
  if (entity === undefined) return null;
  return `${limits.who} may not send figures of ${entity}; it may of ${[limits.entities].flat().join(", ")}.`;
}

/** Namespaces an event says something about: its job's, its outputs', and whatever its lineage facets tell of. */
function spokenFor(lineage: LineageEvent, { steps, columns }: IncomingRow): string[] {
  const own =
    lineage.kind === "dataset"
      ? [lineage.event.dataset.namespace]
      : [lineage.event.job.namespace, ...lineage.event.outputs.map(({ namespace }) => namespace)];
  // Other names of what is read, and whose child a run is, are said in passing and change nothing of either.
  const told = [...steps.filter(({ how }) => how !== "alias" && how !== "parent"), ...columns];
  return [...own, ...told.flatMap(({ destination }) => nameOf(destination)?.namespace ?? [])];
}

function entitiesOf({ io, watermarks, totals, periodStatuses, run }: IncomingRow): string[] {
  const written = io.filter(({ direction }) => direction === "output");
  const named = [...written, ...watermarks, ...totals, ...periodStatuses].map(({ entity }) => entity);
  const stated = run?.exceptions.value ? (JSON.parse(run.exceptions.value) as { entity?: string | null }[]) : [];
  return [...named, ...stated.map(({ entity }) => entity ?? "")].filter((entity) => entity !== "");
}
