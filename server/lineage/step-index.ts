import { createColumns } from "./columns.ts";
import { createSightings, NONE } from "./sightings.ts";
import { HOWS, type How, type Sighting, type Step } from "./step.ts";

/** A node or a text as a number; 0 stands for "". */
export type Ref = number;

const HOW_NUMBERS = new Map(HOWS.map((how, at) => [how, at]));

/** Bounds of the index: beyond them steps are refused and answers say so; sightings grow coarser. */
export interface StepLimits {
  mostSteps: number;
  mostSightings: number;
}

/** About 60 bytes a step and 20 a sighting. */
const USUAL_LIMITS: StepLimits = { mostSteps: 3_000_000, mostSightings: 4_000_000 };

/** Days; by then three sightings a step are all there are. */
const COARSEST = 8_192;

/**
 * Every step ever told, in memory, with when it was seen and when that became known. The same folds as the table
 * `lineage_steps`, fed by each durable batch and loaded from there at start.
 */
export interface StepIndex {
  /** Folds a sighting in, in any order and however often. */
  add(sighting: Sighting): void;
  /** The number of a node; what was never heard of is taken up. */
  intern(text: string): Ref;
  find(text: string): Ref | null;
  text(symbol: Ref): string;
  /** The step of exactly this; null where it was never told. */
  step(of: { origin: Ref; destination: Ref; how: How; via: Ref; producer: Ref }): number | null;
  /** Numbers of the steps out of and into a node, whatever time they are of. */
  outOf(node: Ref): Iterable<number>;
  into(node: Ref): Iterable<number>;
  origin(step: number): Ref;
  destination(step: number): Ref;
  via(step: number): Ref;
  producer(step: number): Ref;
  how(step: number): How;
  /** Since when and until when a step was seen by an instant; −Infinity and Infinity where it was not. */
  lastSeen(step: number, effective: number, knownBy: number): number;
  lastSeenButOnce(step: number, effective: number, knownBy: number): number;
  firstSeen(step: number, effective: number, knownBy: number): number;
  /** Two instants of one bucket cannot be told apart for sure in the past. */
  bucketOf(at: number): number;
  nodes(): Iterable<Ref>;
  readonly size: { symbols: number; steps: number; sightings: number; refused: number; bucketDays: number };
}

export function createStepIndex(limits: StepLimits = USUAL_LIMITS): StepIndex {
  const texts: string[] = [""];
  const symbols = new Map<string, Ref>([["", 0]]);
  const heads = createColumns({ out: "int", into: "int" });
  const steps = createColumns({
    ...{ origin: "int", destination: "int", how: "int", via: "int", producer: "int" },
    ...{ nextOut: "int", nextInto: "int", sighted: "int" },
  } as const);
  const sightings = createSightings();
  const keys = createKeys(steps.at);
  let refused = 0;
  heads.push();
  heads.at.out[0] = heads.at.into[0] = NONE;

  const intern = (text: string): Ref => {
    const known = symbols.get(text);
    if (known !== undefined) return known;
    const symbol = heads.push();
    heads.at.out[symbol] = heads.at.into[symbol] = NONE;
    texts.push(text);
    symbols.set(text, symbol);
    return symbol;
  };
  const take = (row: number[]): number => {
    const step = steps.push();
    const [origin = 0, destination = 0, how = 0, via = 0, producer = 0] = row;
    steps.at.origin[step] = origin;
    steps.at.destination[step] = destination;
    steps.at.how[step] = how;
    steps.at.via[step] = via;
    steps.at.producer[step] = producer;
    steps.at.sighted[step] = NONE;
    steps.at.nextOut[step] = heads.at.out[origin]!;
    heads.at.out[origin] = step;
    steps.at.nextInto[step] = heads.at.into[destination]!;
    heads.at.into[destination] = step;
    keys.add(step, steps.length);
    return step;
  };
  /** Down to three quarters, so that room is not made again at once. */
  const makeRoom = () => {
    do sightings.coarsen(steps.at.sighted, steps.length);
    while (sightings.count > limits.mostSightings * 0.75 && sightings.bucketDays < COARSEST);
  };
  function* chain(head: number, next: "nextOut" | "nextInto"): Generator<number> {
    for (let step = head; step !== NONE; step = steps.at[next][step]!) yield step;
  }
  return {
    add({ origin, destination, how, via, producer, at, known }) {
      const row = [intern(origin), intern(destination), HOW_NUMBERS.get(how)!, intern(via), intern(producer)];
      let step = keys.find(row);
      if (step === NONE && steps.length >= limits.mostSteps) {
        refused += 1;
        return;
      }
      if (step === NONE) step = take(row);
      steps.at.sighted[step] = sightings.add(steps.at.sighted[step]!, at, known);
      if (sightings.count > limits.mostSightings && sightings.bucketDays < COARSEST) makeRoom();
    },
    intern,
    find: (text) => symbols.get(text) ?? null,
    text: (symbol) => texts[symbol]!,
    step({ origin, destination, how, via, producer }) {
      const found = keys.find([origin, destination, HOW_NUMBERS.get(how)!, via, producer]);
      return found === NONE ? null : found;
    },
    outOf: (node) => chain(heads.at.out[node] ?? NONE, "nextOut"),
    into: (node) => chain(heads.at.into[node] ?? NONE, "nextInto"),
    origin: (step) => steps.at.origin[step]!,
    destination: (step) => steps.at.destination[step]!,
    via: (step) => steps.at.via[step]!,
    producer: (step) => steps.at.producer[step]!,
    how: (step) => HOWS[steps.at.how[step]!]!,
    lastSeen: (step, effective, knownBy) => sightings.latest(steps.at.sighted[step]!, effective, knownBy),
    lastSeenButOnce: (step, effective, knownBy) => sightings.latestButOne(steps.at.sighted[step]!, effective, knownBy),
    firstSeen: (step, effective, knownBy) => sightings.first(steps.at.sighted[step]!, effective, knownBy),
    bucketOf: sightings.bucketOf,
    *nodes() {
      for (let symbol = 1; symbol < texts.length; symbol++) {
        if (/^(job|dataset|report):/.test(texts[symbol]!)) yield symbol;
      }
    },
    get size() {
      return {
        ...{ symbols: texts.length, steps: steps.length, sightings: sightings.count },
        ...{ refused, bucketDays: sightings.bucketDays },
      };
    },
  };
}

type StepColumns = Record<"origin" | "destination" | "how" | "via" | "producer", Int32Array | Float64Array>;

/** Steps by what they are: an open table of their numbers, probed in a row. */
function createKeys(at: StepColumns) {
  let table = new Int32Array(4096).fill(NONE);
  const hash = (row: readonly number[]) => {
    let mixed = 0;
    for (const each of row) mixed = Math.imul(mixed ^ each, 0x9e3779b1) ^ (mixed >>> 15);
    return (mixed ^ (mixed >>> 13)) >>> 0;
  };
  const rowOf = (step: number) => {
    return [at.origin[step]!, at.destination[step]!, at.how[step]!, at.via[step]!, at.producer[step]!];
  };
  const put = (step: number) => {
    let slot = hash(rowOf(step)) % table.length;
    while (table[slot] !== NONE) slot = (slot + 1) % table.length;
    table[slot] = step;
  };
  return {
    find([origin = 0, destination = 0, how = 0, via = 0, producer = 0]: readonly number[]): number {
      let slot = hash([origin, destination, how, via, producer]) % table.length;
      for (let step = table[slot]!; step !== NONE; step = table[slot]!) {
        const same = at.origin[step] === origin && at.destination[step] === destination && at.how[step] === how;
        if (same && at.via[step] === via && at.producer[step] === producer) return step;
        slot = (slot + 1) % table.length;
      }
      return NONE;
    },
    /** `count`: how many steps there are with it. */
    add(step: number, count: number): void {
      if (count * 2 > table.length) {
        table = new Int32Array(table.length * 2).fill(NONE);
        for (let each = 0; each < step; each++) put(each);
      }
      put(step);
    },
  };
}

/** What an event tells, as sightings of one instant. */
export function sightingsOf(
  steps: readonly Step[],
  seen: { producer: string; eventTime: string; receivedAt: string },
): Sighting[] {
  const at = Date.parse(seen.eventTime);
  const known = Date.parse(seen.receivedAt);
  return steps.map((step) => ({ ...step, producer: seen.producer, at, known }));
}
