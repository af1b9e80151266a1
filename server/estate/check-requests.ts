import type { Estate } from "../../schemas/estate/estate.ts";
import { cronObjection } from "../requests/schedule-times.ts";
import { idsOf, mustBe, type Complain } from "./named.ts";
import { checkZone } from "./places.ts";

/** Schedules come due, freezes end after they begin, and both name flows and hops the estate has. */
export function checkRequests(estate: Estate, complain: Complain): void {
  const flows = idsOf(estate.flows);
  const entities = idsOf(estate.entities);
  for (const [at, schedule] of estate.schedules.entries()) {
    const path = ["schedules", at] as const;
    mustBe(flows, schedule.flow, "flow", [...path, "flow"], complain);
    const flow = estate.flows.find(({ id }) => id === schedule.flow);
    const hops = new Set(flow?.hops.map(({ dataset }) => dataset));
    if (schedule.dataset) mustBe(hops, schedule.dataset, `hop of “${schedule.flow}”`, [...path, "dataset"], complain);
    if (schedule.entities !== "all") {
      for (const [of, id] of schedule.entities.entries())
        mustBe(entities, id, "entity", [...path, "entities", of], complain);
    }
    if ((schedule.cron === undefined) === (schedule.calendar === undefined)) {
      complain(
        path,
        `schedule “${schedule.id}” says ${schedule.cron ? "twice" : "nowhere"} when it comes due`,
        "cron or calendar",
      );
    }
    const objection = schedule.cron ? cronObjection(schedule.cron) : null;
    if (objection)
      complain([...path, "cron"], `“${schedule.cron}” cannot be read: ${objection}`, "five fields, minute first");
    if (schedule.zone !== "group") checkZone(schedule.zone, [...path, "zone"], complain);
  }
  for (const [at, { id, from, until, flows: held }] of estate.freezes.entries()) {
    const path = ["freezes", at] as const;
    if (from.workDay > until.workDay || (from.workDay === until.workDay && from.at >= until.at)) {
      complain(path, `freeze “${id}” ends before it begins`, "from before until");
    }
    for (const [of, flow] of (held ?? []).entries()) mustBe(flows, flow, "flow", [...path, "flows", of], complain);
  }
}
