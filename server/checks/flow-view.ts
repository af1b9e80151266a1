import type { Entity, Estate } from "../../schemas/estate/estate.ts";
import type { Dataset, Flow, Hop } from "../../schemas/estate/flow.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { Facts } from "../../schemas/facts.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Run, Watermark } from "../../schemas/run.ts";
import type { Calendars } from "../close/calendars.ts";
import type { Period } from "../close/periods.ts";
import { isActive } from "../reconcile/legs.ts";
import { judgeLine, type JudgedLine } from "../reconcile/tie-line.ts";
import { indexOf } from "./estate-index.ts";
import { agesAt, windowFor, type CloseWindow } from "./freshness-ages.ts";
import { freshnessOf, type Freshness } from "./freshness.ts";
import type { Moment } from "./moment.ts";

/** What every verdict is made from. */
export interface Judging {
  estate: Estate;
  calendars: Calendars;
  facts: Facts;
}

export interface HopView {
  at: number;
  hop: Hop;
  dataset: Dataset;
  system: System;
  /** Newest start first. */
  runs: readonly Run[];
  /** The latest run that has ended. */
  ended: Run | null;
  /** Runs under way that began after the latest completed one, newest first. */
  active: readonly Run[];
  watermark: Watermark | null;
  freshness: Freshness;
}

/** One flow for one entity and period, with everything known of its hops. */
export interface FlowView {
  flow: Flow;
  entity: Entity;
  period: Period;
  hops: HopView[];
  lines: JudgedLine[];
  occurrences: readonly Instant[];
  neededThrough: Instant;
  closeWindow: CloseWindow;
}

export function flowViewOf(judging: Judging, flow: Flow, entity: Entity, period: Period, moment: Moment): FlowView {
  const { estate, calendars, facts } = judging;
  const index = indexOf(estate);
  const occurrences = calendars.occurrences(period, entity.id, flow);
  const neededThrough = calendars.neededThrough(period, entity.id, flow.id);
  const postingCutOff = calendars.postingCutOff(period, entity.id, flow.id);
  const closeWindow = calendars.closeWindow(period, entity.id, flow);
  const hops = flow.hops.map((hop, at): HopView => {
    const name = index.name(hop.dataset);
    const runs = facts.runsInto(name, entity.id, period.period);
    const watermark = facts.watermark(name, entity.id, period.period, flow.version);
    const dataset = index.dataset(hop.dataset);
    const ages = (expectedAt: Instant) => agesAt(flow, windowFor(dataset, closeWindow), expectedAt);
    const completedAt = runs.find((run) => run.state === "COMPLETED")?.startedAt ?? "";
    const { completeThrough = null } = watermark ?? {};
    return {
      at,
      hop,
      dataset,
      system: index.systemOf(hop.dataset),
      runs,
      ended: runs.find((run) => !isActive(run)) ?? null,
      active: runs.filter((run) => isActive(run) && (run.startedAt ?? run.lastEventAt) >= completedAt),
      watermark,
      freshness: freshnessOf({ completeThrough, seen: runs.length > 0, occurrences, neededThrough, ages }, moment),
    };
  });
  const workDaysAfter = (at: Instant, days: number) => calendars.workDaysAfter(entity.id, at, days);
  const { endsOn } = period;
  const input = { index, facts, flow, entity, period: period.period, postingCutOff, endsOn, workDaysAfter };
  const lines = index
    .reconciliationsOf(flow.id)
    .map((reconciliation) => judgeLine({ ...input, reconciliation }, moment));
  return { flow, entity, period, hops, lines, occurrences, neededThrough, closeWindow };
}
