import { join } from "node:path";
import { expect, it } from "vitest";
import { DatasetEvent } from "../schemas/event/open-lineage.ts";
import { PeriodStatusFacet } from "../schemas/event/facets.ts";
import { postingPeriodEvents } from "./posting-periods.ts";
import { readEstate } from "./read-estate.ts";
import { loadScenario } from "./scenario.ts";
import { createWorkDays } from "./world/work-days.ts";

const estate = readEstate(join(import.meta.dirname, "../estates/meridian"));
const scenario = loadScenario(join(import.meta.dirname, "scenarios/meridian.yaml"));
const days = createWorkDays(estate);
const pushed = (until: string) => postingPeriodEvents(estate, scenario, days, Date.parse(until));
const told = (entity: string, until: string, period = "2026-10") =>
  pushed(until)
    .flatMap(({ dataset }) => PeriodStatusFacet.parse(dataset.facets!["tieout_periodStatus"]).statuses)
    .filter((each) => each.entity === entity && each.period === period && each.subledger === "")
    .map(({ status }) => status);

it("opens a period on its first day, limits it at the soft close and shuts it at the hard one", () => {
  expect(told("DE01", "2026-09-30T21:00:00Z")).toEqual([]);
  expect(told("DE01", "2026-10-01T00:00:00Z")).toEqual(["open"]);
  expect(told("DE01", "2026-11-05T17:00:00Z")).toEqual(["open", "soft"]);
  expect(told("US01", "2026-11-05T17:00:00Z"), "five hours later in New York").toEqual(["open"]);
  expect(told("US01", "2026-11-09T16:00:00Z")).toEqual(["open", "soft", "closed"]);
});

it("opens a period again for one entity, and shuts it", () => {
  const closed = ["open", "soft", "closed"];
  expect(told("BR01", "2026-10-14T12:00:00Z", "2026-09")).toEqual(closed);
  expect(told("BR01", "2026-10-14T14:00:00Z", "2026-09")).toEqual([...closed, "soft"]);
  expect(told("BR01", "2026-10-14T16:00:00Z", "2026-09")).toEqual([...closed, "soft", "closed"]);
  expect(told("DE01", "2026-10-14T16:00:00Z", "2026-09")).toEqual(closed);
});

it("says what it said before again, and only ever more", () => {
  const early = pushed("2026-10-15T00:00:00Z");
  const late = pushed("2026-11-09T20:00:00Z");
  expect(late.length).toBeGreaterThan(early.length);
  expect(late.slice(0, early.length)).toEqual(early);
  for (const event of late) expect(() => DatasetEvent.parse(event)).not.toThrow();
});
