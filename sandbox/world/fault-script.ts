import type { ApiFault } from "../../collectors/sandbox.ts";
import type { ExceptionCode } from "../../schemas/event/facets.ts";
import type { CloseTime, Fault, Scenario } from "../scenario.ts";
import { closeInstant, type WorkDays } from "./work-days.ts";

/** Ground truth: what goes wrong, where and when, so that detection can be scored. */
export interface Label {
  id: string;
  code: ExceptionCode;
  entity: string | null;
  period: string;
  system: string;
  flow: string | null;
  /** The script's window, epoch milliseconds: from when the cause stands to when it ends by itself. */
  fromAt: number;
  untilAt: number;
  note: string;
  /** When it first showed in a vendor's system, and when the last trace was gone, in this play; null if not yet. */
  shownAt: number | null;
  clearedAt: number | null;
}

type Of<K extends Fault["kind"]> = Extract<Fault, { kind: K }>;

/** A fault with the script's window resolved to epoch milliseconds. */
export interface Scripted<K extends Fault["kind"]> {
  fault: Of<K>;
  from: number;
  until: number;
}

/** The scenario's faults, and what has been seen of them. */
export interface FaultScript {
  all<K extends Fault["kind"]>(kind: K): readonly Scripted<K>[];
  /** The first of a kind in force at an instant that fits. */
  inForce<K extends Fault["kind"]>(kind: K, at: number, fits: (fault: Of<K>) => boolean): Scripted<K> | null;
  api(system: string, at: number): ApiFault | null;
  show(id: string, at: number): void;
  /** Without effect on a fault that has not shown. */
  clear(id: string, at: number): void;
  showing(id: string): boolean;
  /** Ends a fault for good, because somebody mended it before the script does. */
  lift(id: string, at: number): void;
  labels(): Label[];
}

export function createFaultScript(scenario: Scenario, days: WorkDays): FaultScript {
  const windows = scenario.faults.map((fault) => {
    const instant = (time: CloseTime) => closeInstant(days, fault.entity, fault.period, time);
    const from = instant("posted" in fault ? fault.posted.to : fault.from);
    return { fault, from, until: instant(fault.until) };
  });
  const seen = new Map<string, { shownAt: number; clearedAt: number | null }>();
  const lifted = new Set<string>();
  const byKind = Map.groupBy(windows, ({ fault }) => fault.kind);
  const all = <K extends Fault["kind"]>(kind: K) => (byKind.get(kind) ?? []) as unknown as Scripted<K>[];
  const inForce: FaultScript["inForce"] = (kind, at, fits) =>
    all(kind).find(({ fault, from, until }) => at >= from && at < until && !lifted.has(fault.id) && fits(fault)) ??
    null;
  const clear = (id: string, at: number) => {
    const known = seen.get(id);
    if (known && known.clearedAt === null) known.clearedAt = at;
  };

  return {
    all,
    inForce,
    clear,
    api: (system, at) => inForce("api", at, (fault) => fault.system === system)?.fault.shows ?? null,
    show: (id, at) => void seen.set(id, { shownAt: seen.get(id)?.shownAt ?? at, clearedAt: null }),
    showing: (id) => seen.get(id)?.clearedAt === null,
    lift(id, at) {
      lifted.add(id);
      clear(id, at);
    },
    labels: () =>
      windows.map(({ fault: { id, code, entity, period, system, flow, note }, from, until }) => ({
        ...{ id, code, entity, period, system, flow, fromAt: from, untilAt: until, note },
        shownAt: seen.get(id)?.shownAt ?? null,
        clearedAt: seen.get(id)?.clearedAt ?? null,
      })),
  };
}
