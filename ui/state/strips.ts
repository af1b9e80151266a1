import type { FlowStrip } from "../../schemas/wire/flow-strip.ts";
import { FRESHNESS, MOVING, TROUBLES, type Look, type Trouble } from "../format/state-words.ts";

/** What is wrong with a strip, or null. */
export function troubleOf(strip: FlowStrip): Trouble | null {
  const off = strip.hops.filter(({ state }) => state === "off");
  if (off.some(({ runState }) => runState === "FAILED" || runState === "ABORTED")) return "failed";
  if (off.some(({ qualifier }) => qualifier === "partial")) return "rejected";
  if (off.some(({ runState }) => runState === "RUNNING" || runState === "NEW")) return "stalled";
  if (strip.freshness === "missing") return "missing";
  if (strip.freshness === "stale") return "late";
  // Exceptions of a hop that is being run again are judged anew when it ends.
  return off.length > 0 || (strip.exceptions > 0 && !isMoving(strip)) ? "off" : null;
}

export function isMoving(strip: FlowStrip): boolean {
  return strip.hops.some(({ state }) => state === "flight");
}

/** How a strip stands, in one mark: what is wrong, else what moves, else how fresh its data is. */
export function lookOfStrip(strip: FlowStrip): Look {
  const trouble = troubleOf(strip);
  if (trouble) return TROUBLES[trouble];
  return isMoving(strip) ? MOVING : FRESHNESS[strip.freshness];
}

export interface StripFilter {
  flow: string | null;
  entity: string | null;
  /** A freshness state, or `attention` for what needs a person, or `moving`. */
  state: string | null;
  text: string | null;
}

/** The strips a filter lets through, worst first; ties in the estate's order. */
export function stripsIn(strips: readonly FlowStrip[], filter: StripFilter): FlowStrip[] {
  const words = (filter.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return strips
    .filter((strip) => {
      if (filter.flow && strip.flow !== filter.flow) return false;
      if (filter.entity && strip.entity !== filter.entity) return false;
      if (filter.state && !isInState(strip, filter.state)) return false;
      const hops = strip.hops.map((hop) => `${hop.title} ${hop.systemTitle}`).join(" ");
      const text = `${strip.entity} ${strip.entityName} ${strip.title} ${strip.why} ${hops}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => b.weight - a.weight);
}

function isInState(strip: FlowStrip, state: string): boolean {
  if (state === "attention") return troubleOf(strip) !== null;
  if (state === "moving") return isMoving(strip);
  return strip.freshness === state;
}
