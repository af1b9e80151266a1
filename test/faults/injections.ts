import { random } from "../bench/random.ts";
import { shuffled } from "./shuffled.ts";

/** How an installation is put up: engines in process, or engines served and two processes over them. */
export type Form = "embedded" | "served";

/** What can be done to an installation, to which part of it, and for how long, in seconds from and to. */
interface Kind {
  name: string;
  title: string;
  forms: readonly Form[];
  on: "process" | "system" | "engine" | "senders" | "receiver";
  stands: readonly [number, number];
  /** Drawn so often against the others. */
  weight: number;
}

const BOTH = ["embedded", "served"] as const;
const SERVED = ["served"] as const;

export const KINDS = [
  { name: "kill", title: "kill -9 of a process", forms: BOTH, on: "process", stands: [0, 0.5], weight: 5 },
  {
    name: "kill-at-start",
    title: "kill -9 while a process starts",
    forms: BOTH,
    on: "process",
    stands: [0.3, 2],
    weight: 1,
  },
  { name: "stop", title: "a process stopped and started", forms: BOTH, on: "process", stands: [0, 0.5], weight: 1 },
  { name: "freeze", title: "a process that stands still", forms: BOTH, on: "process", stands: [1, 4], weight: 2 },
  { name: "clock", title: "a process whose clock is wrong", forms: BOTH, on: "process", stands: [1, 3], weight: 2 },
  { name: "vendor-cut", title: "connections to a vendor cut", forms: BOTH, on: "system", stands: [1, 3], weight: 2 },
  { name: "vendor-slow", title: "a vendor that answers slowly", forms: BOTH, on: "system", stands: [1, 3], weight: 1 },
  {
    name: "vendor-token",
    title: "a vendor's credential expired",
    forms: BOTH,
    on: "system",
    stands: [1, 3],
    weight: 1,
  },
  { name: "vendor-limit", title: "a vendor's limit reached", forms: BOTH, on: "system", stands: [1, 3], weight: 1 },
  { name: "vendor-down", title: "a vendor out of order", forms: BOTH, on: "system", stands: [1, 3], weight: 1 },
  {
    name: "vendor-nonsense",
    title: "a vendor that answers nonsense",
    forms: BOTH,
    on: "system",
    stands: [1, 3],
    weight: 1,
  },
  {
    name: "receiver-down",
    title: "a receiver of alerts out of order",
    forms: BOTH,
    on: "receiver",
    stands: [1, 3],
    weight: 1,
  },
  {
    name: "receiver-lost",
    title: "a receiver whose answers are lost",
    forms: BOTH,
    on: "receiver",
    stands: [1, 3],
    weight: 1,
  },
  { name: "twice", title: "every event sent twice", forms: BOTH, on: "senders", stands: [1, 2], weight: 1 },
  { name: "late", title: "events delayed and out of order", forms: BOTH, on: "senders", stands: [1, 3], weight: 1 },
  { name: "burst", title: "ten times the events", forms: BOTH, on: "senders", stands: [1, 2], weight: 2 },
  { name: "key", title: "the senders' key revoked", forms: BOTH, on: "senders", stands: [1, 2], weight: 1 },
  {
    name: "disk-full",
    title: "the data folder's disk full",
    forms: ["embedded"],
    on: "engine",
    stands: [1, 3],
    weight: 2,
  },
  {
    name: "postgres-cut",
    title: "connections to PostgreSQL cut",
    forms: SERVED,
    on: "engine",
    stands: [0.5, 4],
    weight: 3,
  },
  { name: "postgres-slow", title: "PostgreSQL slow", forms: SERVED, on: "engine", stands: [1, 3], weight: 1 },
  {
    name: "clickhouse-cut",
    title: "connections to ClickHouse cut",
    forms: SERVED,
    on: "engine",
    stands: [0.5, 4],
    weight: 3,
  },
  { name: "clickhouse-slow", title: "ClickHouse slow", forms: SERVED, on: "engine", stands: [1, 3], weight: 1 },
] as const satisfies readonly Kind[];

export type KindName = (typeof KINDS)[number]["name"];

export interface Injection {
  number: number;
  form: Form;
  kind: KindName;
  /** From 0 to 1: which of the processes or systems. */
  drawn: number;
  /** Seconds of load before it. */
  after: number;
  /** Seconds it stands. */
  stands: number;
}

/**
 * Draws a list of injections: the same seed, count, forms and kinds left out draw the same list. Every kind comes once
 * before any comes again, as far as the count goes.
 */
export function drawInjections(
  seed: number,
  count: number,
  forms: readonly Form[],
  leftOut: ReadonlySet<KindName> = new Set(),
): Injection[] {
  const next = random(seed);
  const share = forms.map((_, at) => Math.floor((count + forms.length - 1 - at) / forms.length));
  return forms
    .flatMap((form, at) => {
      const kinds: readonly Kind[] = KINDS.filter(
        (kind) => !leftOut.has(kind.name) && (kind.forms as readonly Form[]).includes(form),
      );
      const first = shuffled(kinds, next);
      return Array.from({ length: share[at]! }, (_, index) => ({ form, kind: first[index] ?? drawKind(kinds, next) }));
    })
    .map(({ form, kind: { name, stands } }, index) => ({
      ...{ number: index + 1, form, kind: name as KindName, drawn: rounded(next()) },
      after: rounded(0.2 + next() * 1.3),
      stands: rounded(stands[0] + next() * (stands[1] - stands[0])),
    }));
}

export function titleOf(name: KindName): string {
  return KINDS.find((kind) => kind.name === name)!.title;
}

function drawKind(kinds: readonly Kind[], next: () => number): Kind {
  let left = next() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  return kinds.find(({ weight }) => (left -= weight) < 0) ?? kinds.at(-1)!;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
