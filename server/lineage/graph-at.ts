import { isJob, type NodeId } from "./node-id.ts";
import type { Ref, StepIndex } from "./step-index.ts";

/** The two times of a question, in epoch milliseconds: what was in effect then, as far as it was known then. */
export interface AsOf {
  effectiveAt: number;
  knownAt: number;
}

/** Steps an estate declares, as numbers of the index. */
export interface DeclaredSteps {
  outOf(node: Ref): readonly Ref[];
  into(node: Ref): readonly Ref[];
  has(origin: Ref, destination: Ref): boolean;
  nodes: ReadonlySet<Ref>;
}

/** The graph as it was at two times. Every answer is asked for one step at a time, so a walk costs what it touches. */
export interface GraphAt {
  index: StepIndex;
  declared: DeclaredSteps;
  asOf: AsOf;
  /** Whether a step was in force, and so drawn and walked. */
  inForce(step: number): boolean;
  /** Where data goes from a node, or comes from, in one step: seen steps in force, and declared ones. May repeat. */
  neighbours(node: Ref, direction: Direction): Iterable<Ref>;
  /** What a job makes a dataset of, where that was told more exactly than by its inputs; null where it was not. */
  feeds(job: Ref, target: Ref): ReadonlySet<Ref> | null;
  /** A node and every other name it goes by. */
  names(node: Ref): readonly Ref[];
  /** The one of its names a node is shown under. */
  shownAs(node: Ref): Ref;
  isJob(node: Ref): boolean;
  /** When a dataset was dropped, having not been seen since; null for one that is there. */
  droppedAt(node: Ref): number | null;
  id(node: Ref): NodeId;
}

export type Direction = "upstream" | "downstream";

/** Looks at an index at two times. Nothing is copied; what is worked out is kept for the length of one question. */
export function graphAt(index: StepIndex, declared: DeclaredSteps, asOf: AsOf): GraphAt {
  const { effectiveAt, knownAt } = asOf;
  const forces = createForces(index, asOf);
  const { inForce } = forces;
  const feeds = new Map<Ref, ReadonlyMap<Ref, ReadonlySet<Ref>>>();
  const names = new Map<Ref, readonly Ref[]>();
  const jobs = new Map<Ref, boolean>();

  const isJobRef = (node: Ref) => {
    let known = jobs.get(node);
    if (known === undefined) jobs.set(node, (known = isJob(index.text(node))));
    return known;
  };
  const namesOf = (node: Ref): readonly Ref[] => {
    const known = names.get(node);
    if (known) return known;
    const own = [node];
    const seen = new Set(own);
    for (let at = 0; at < own.length; at++) {
      for (const other of forces.otherNames(own[at]!)) {
        if (seen.has(other)) continue;
        seen.add(other);
        own.push(other);
      }
    }
    for (const each of own) names.set(each, own);
    return own;
  };
  function* neighbours(node: Ref, direction: Direction): Iterable<Ref> {
    const down = direction === "downstream";
    for (const step of down ? index.outOf(node) : index.into(node)) {
      const how = index.how(step);
      if (how !== "io" && how !== "explicit" && how !== "column") continue;
      const other = down ? index.destination(step) : index.origin(step);
      if (other !== 0 && !throughJob(index, step) && inForce(step)) yield other;
    }
    yield* down ? declared.outOf(node) : declared.into(node);
  }
  return {
    ...{ index, declared, asOf, inForce, neighbours, names: namesOf, isJob: isJobRef },
    feeds(job, target) {
      let known = feeds.get(target);
      if (known === undefined) feeds.set(target, (known = feedsOf(index, target, inForce)));
      return known.get(job) ?? null;
    },
    shownAs(node) {
      const own = namesOf(node);
      return own.length === 1 ? node : shownName(index, declared, own, inForce);
    },
    droppedAt(node) {
      const dropped = forces.droppedAt(node);
      if (dropped === -Infinity) return null;
      for (const steps of [index.outOf(node), index.into(node)]) {
        for (const step of steps) {
          const about = index.how(step) === "dropped" || index.how(step) === "alias";
          if (!about && index.lastSeen(step, effectiveAt, knownAt) > dropped) return null;
        }
      }
      return dropped;
    },
    id: (node) => index.text(node),
  };
}

/** Which steps are in force: seen, neither taken back nor left out since, and both ends still there. */
function createForces(index: StepIndex, { effectiveAt, knownAt }: AsOf) {
  const droppings = new Map<Ref, number>();
  const tellings = new Map<number, number>();

  const latestAbout = (node: Ref, how: "dropped" | "created") => {
    let latest = -Infinity;
    for (const step of index.into(node)) {
      if (index.origin(step) !== 0 || index.how(step) !== how) continue;
      latest = Math.max(latest, index.lastSeen(step, effectiveAt, knownAt));
    }
    return latest;
  };
  const droppedAt = (node: Ref) => {
    let known = droppings.get(node);
    if (known === undefined) droppings.set(node, (known = latestAbout(node, "dropped")));
    return known;
  };
  const toldButOnce = (telling: number) => {
    let known = tellings.get(telling);
    if (known === undefined) tellings.set(telling, (known = index.lastSeenButOnce(telling, effectiveAt, knownAt)));
    return known;
  };
  /** Told whole twice without it, on later days: the step has ended. */
  const leftOut = (step: number, seen: number): boolean => {
    const how = index.how(step);
    const producer = index.producer(step);
    const [origin, destination] = [index.origin(step), index.destination(step)];
    let telling: number | null = null;
    if (how === "io") {
      const reads = isJob(index.text(destination));
      const about = reads ? destination : origin;
      telling = index.step({
        origin: 0,
        destination: about,
        how: reads ? "told-inputs" : "told-outputs",
        via: 0,
        producer,
      });
    } else if (origin !== 0 && (how === "explicit" || how === "column" || how === "alias")) {
      telling = index.step({ origin: 0, destination, how, via: index.via(step), producer });
    }
    return telling !== null && index.bucketOf(toldButOnce(telling)) > index.bucketOf(seen);
  };
  const inForce = (step: number): boolean => {
    const seen = index.lastSeen(step, effectiveAt, knownAt);
    if (seen === -Infinity) return false;
    if (droppedAt(index.origin(step)) >= seen || droppedAt(index.destination(step)) >= seen) return false;
    return !leftOut(step, seen);
  };
  /** One dataset under two names: told as such, or renamed, and nothing new was made under the old name since. */
  const sameDataset = (step: number): boolean => {
    const how = index.how(step);
    if (index.origin(step) === 0 || (how !== "alias" && how !== "renamed")) return false;
    const seen = index.lastSeen(step, effectiveAt, knownAt);
    if (seen === -Infinity || (how === "alias" && leftOut(step, seen))) return false;
    return how === "alias" || latestAbout(index.origin(step), "created") <= seen;
  };
  return {
    inForce,
    droppedAt,
    *otherNames(node: Ref): Iterable<Ref> {
      for (const step of index.outOf(node)) if (sameDataset(step)) yield index.destination(step);
      for (const step of index.into(node)) if (sameDataset(step)) yield index.origin(step);
    },
  };
}

/** A step from dataset to dataset whose job is known to read the one and write the other is walked through the job. */
export function throughJob(index: StepIndex, step: number): boolean {
  const [job, producer] = [index.via(step), index.producer(step)];
  if (job === 0) return false;
  const io = (origin: Ref, destination: Ref) => index.step({ origin, destination, how: "io", via: 0, producer });
  return io(index.origin(step), job) !== null && io(job, index.destination(step)) !== null;
}

/** By job, what it makes a target of. Explicit beats columns; a statement that nothing feeds the target counts as one. */
function feedsOf(index: StepIndex, target: Ref, inForce: (step: number) => boolean): Map<Ref, ReadonlySet<Ref>> {
  const told = { explicit: new Map<Ref, Set<Ref>>(), column: new Map<Ref, Set<Ref>>() };
  for (const step of index.into(target)) {
    const how = index.how(step);
    const via = index.via(step);
    if ((how !== "explicit" && how !== "column") || via === 0 || !inForce(step)) continue;
    const own = told[how].get(via) ?? new Set<Ref>();
    told[how].set(via, own);
    if (index.origin(step) !== 0) own.add(index.origin(step));
  }
  const named = [...told.column].filter(([, origins]) => origins.size > 0);
  return new Map([...named, ...told.explicit]);
}

/** The declared name, else the newest: one that is no other's old name or alias; of several the first by text. */
function shownName(
  index: StepIndex,
  declared: DeclaredSteps,
  names: readonly Ref[],
  inForce: (step: number) => boolean,
): Ref {
  const byText = names.toSorted((one, other) => (index.text(one) < index.text(other) ? -1 : 1));
  const isOld = (name: Ref) => {
    for (const step of index.outOf(name)) {
      const how = index.how(step);
      if ((how === "alias" || how === "renamed") && names.includes(index.destination(step)) && inForce(step))
        return true;
    }
    return false;
  };
  return byText.find((name) => declared.nodes.has(name)) ?? byText.find((name) => !isOld(name)) ?? byText[0]!;
}
