import { describe, expect, test } from "vitest";
import type { Milestone } from "../schemas/estate/calendar.ts";
import { meridian, meridianWorld, october, summed } from "../test/unit/meridian-world.ts";
import { createWorkDays } from "./world/work-days.ts";

const days = createWorkDays(meridian);

describe("the estate", () => {
  test("has twelve entities in six countries and four currencies", () => {
    expect(meridian.entities).toHaveLength(12);
    expect(new Set(meridian.entities.map(({ country }) => country)).size).toBe(6);
    expect(new Set(meridian.entities.map(({ currency }) => currency)).size).toBe(4);
    expect(Object.keys(october.entities).sort()).toEqual(meridian.entities.map(({ id }) => id).sort());
  });

  test("names only what it declares", () => {
    const datasets = new Set(meridian.datasets.map(({ id }) => id));
    const carried = meridian.flows.flatMap(({ hops, source }) => [source!, ...hops.map(({ dataset }) => dataset)]);
    const legs = meridian.reconciliations.flatMap((reconciliation) => reconciliation.legs);
    for (const id of [...carried, ...legs]) expect(datasets).toContain(id);
    const calendars = meridian.calendars.map(({ id }) => id);
    for (const { calendar } of meridian.entities) expect(calendars).toContain(calendar);
    const systems = meridian.systems.map(({ id }) => id);
    for (const { system } of [...meridian.datasets, ...october.faults, ...october.background]) {
      expect(systems).toContain(system);
    }
  });

  test("counts work days by each entity's own holidays", () => {
    expect(days.dateOf("DE01", "2026-10", 1)).toBe("2026-11-02");
    expect(days.dateOf("BR01", "2026-10", 1)).toBe("2026-11-03");
    expect(days.dateOf("US01", "2026-08", 5)).toBe("2026-09-08");
    expect(days.dateOf("GB01", "2026-08", -1)).toBe("2026-08-28");
    expect(days.dateOf(null, "2026-10", 0)).toBe("2026-10-31");
    expect(days.dateOf(null, "2026-10", -2)).toBe("2026-10-29");
  });
});

describe("the script", () => {
  const { world, playTo } = meridianWorld();
  playTo(october.endsAt);

  test("goes wrong in every way a close must survive, in the period played and before", () => {
    const codes = world
      .labels()
      .filter(({ period }) => period === "2026-10")
      .map(({ code }) => code)
      .sort();
    expect(codes).toEqual([
      "credential-expiry",
      "invalid-combination",
      "late-posting",
      "missing-run",
      "queue-backlog",
      "stale-report",
      "unmapped-member",
    ]);
    const before = new Set(world.labels().map(({ period }) => period));
    expect([...before].sort()).toEqual(["2026-07", "2026-08", "2026-09", "2026-10"]);
  });

  test("every fault shows within its window and is gone at the end", () => {
    for (const { id, fromAt, untilAt, shownAt, clearedAt } of world.labels()) {
      expect(shownAt, id).toBeGreaterThanOrEqual(fromAt);
      expect(shownAt, id).toBeLessThan(untilAt);
      expect(clearedAt, id).toBeGreaterThanOrEqual(Math.min(untilAt, shownAt! + 60_000));
      expect(clearedAt! - untilAt, id).toBeLessThan(16 * 3_600_000);
    }
  });

  test("only what a fault delays is late", () => {
    expect(lateMilestones()).toEqual([
      "2026-07 DE02 ties",
      "2026-07 US01 extracted",
      ...["DE01", "DE02", "DE03", "FR01", "FR02", "GB01", "GB02", "NL01"].map((id) => `2026-08 ${id} dashboard`),
      "2026-09 BR01 accruals",
      "2026-10 US02 accruals",
    ]);
  });
});

/** Milestones an unattended play misses: at the deadline the cut-off is not passed, or the legs do not add up alike. */
function lateMilestones(): string[] {
  const { world, clock } = meridianWorld();
  const instant = (entity: string, period: string, { workDay, at }: { workDay: number; at: string }) =>
    days.instant(entity, days.dateOf(entity, period, workDay), at);
  const met = ({ gate }: Milestone, entity: string, period: string): boolean => {
    if (gate.kind === "flow") {
      const { completeThrough } = world.totals(gate.through!, entity, period) ?? {};
      return (completeThrough ?? 0) >= instant(entity, period, gate.cutOff!);
    }
    if (gate.kind !== "reconciliation") return true;
    const { legs } = meridian.reconciliations.find(({ id }) => id === gate.reconciliation)!;
    const sums = legs.map((leg) => Object.values(summed(world.totals(leg, entity, period))).join(" "));
    return new Set(sums).size === 1;
  };
  const due = ["2026-07", "2026-08", "2026-09", "2026-10"].flatMap((period) =>
    meridian.entities.flatMap(({ id: entity }) =>
      meridian.close.milestones.map((milestone) => ({
        ...{ period, entity, milestone, at: instant(entity, period, milestone) },
      })),
    ),
  );
  return due
    .sort((a, b) => a.at - b.at)
    .filter(({ period, entity, milestone, at }) => {
      clock.now = at;
      return !met(milestone, entity, period);
    })
    .map(({ period, entity, milestone }) => `${period} ${entity} ${milestone.id}`)
    .sort();
}
