import type { Estate } from "../../../schemas/estate/estate.ts";
import type { Facts } from "../../../schemas/facts.ts";
import type { FreezeRow, RequestBody } from "../../../schemas/wire/request.ts";
import type { RunbookGuide } from "../../../schemas/wire/runbook.ts";
import type { SignoffRow } from "../../../schemas/wire/signoff.ts";
import type { Calendars } from "../../close/calendars.ts";
import type { PlanGraph } from "./plan-graph.ts";

/** What a system lets be done from here. */
export interface Drivable {
  trigger: boolean;
  rerun: boolean;
}

/** Everything a plan is made from; the same world and the same wish always make the same plan. */
export interface PlanWorld {
  estate: Estate;
  calendars: Calendars;
  facts: Pick<Facts, "runsInto" | "run" | "periodStatuses" | "watermark" | "totals">;
  /** Steps declared and seen, and those the estate declares alone. */
  graph: PlanGraph;
  declared: PlanGraph;
  now: Date;
  signoffs: readonly SignoffRow[];
  freezes: readonly FreezeRow[];
  drivable: ReadonlyMap<string, Drivable>;
  /** The vendor's own key of a run, as far as it is known; needed to run it again natively. */
  vendorKeys: ReadonlyMap<string, string>;
  runbooks: ReadonlyMap<string, RunbookGuide>;
}

/** A wish with its window spelled out. */
export interface Wish extends RequestBody {
  entities: string[];
  periods: string[];
}
