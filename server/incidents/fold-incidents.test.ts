import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exception } from "../../test/open-exceptions.ts";
import { meridian } from "../../test/unit/meridian-world.ts";
import { findIncidents } from "./find-incidents.ts";
import { foldIncidents, type Folded, type Known } from "./fold-incidents.ts";
import type { OpenException } from "./open-exception.ts";
import { upstreamOf } from "./upstream.ts";

const order = upstreamOf(meridian);
const minutes = (after: number) => new Date(Date.parse("2026-11-03T10:00:00.000Z") + after * 60_000).toISOString();

/** Incidents carried on by one look after the other. */
function lookout() {
  let known: Known[] = [];
  let made = 0;
  return {
    known: () => known,
    open: () => known.filter(({ state }) => state !== "resolved"),
    /** What is wrong `after` so many minutes; answers what was told. */
    sees(after: number, exceptions: readonly OpenException[], blind: string[] = []): string[] {
      const found = findIncidents(meridian, order, {
        now: minutes(after),
        exceptions: [...exceptions],
        blind: new Set(blind),
      });
      const folded = foldIncidents(known, found, () => `incident-${++made}`);
      known = [
        ...known.filter(({ id }) => !folded.some(({ next }) => next.id === id)),
        ...folded.map(({ next }) => next),
      ];
      return told(folded);
    },
    does(change: (incident: Known) => Partial<Known>) {
      known = known.map((each) => ({ ...each, ...change(each) }));
    },
  };
}
const told = (folded: readonly Folded[]) => folded.flatMap((each) => each.told?.change ?? []);
const failed = (over: Partial<OpenException> = {}) =>
  exception("failed", { system: "anaplan", dataset: "anaplan-actuals", brings: "delivery", suffers: "run", ...over });
const stale = exception("stale", { system: "powerbi", dataset: "pbi-close", brings: "delivery", suffers: "delivery" });

describe("an incident's life", () => {
  test("opens once, says nothing while nothing changes, and ends when its cause has been gone for long enough", () => {
    const tower = lookout();
    expect(tower.sees(0, [failed()])).toEqual(["opened"]);
    expect(tower.sees(1, [failed()])).toEqual([]);
    expect(tower.sees(5, [])).toEqual([]);
    expect(tower.open()).toMatchObject([{ quietSinceAt: minutes(5) }]);
    expect(tower.sees(10, [failed()]), "back before it counted as gone").toEqual([]);
    expect(tower.sees(12, [])).toEqual([]);
    expect(tower.sees(26, [])).toEqual([]);
    expect(tower.sees(27, [])).toEqual(["resolved"]);
    expect(tower.known()).toMatchObject([{ state: "resolved", resolution: { how: "cause gone", by: null } }]);
  });

  test("opens again when the cause is back within a day, and is watched longer once it flaps", () => {
    const tower = lookout();
    tower.sees(0, [failed()]);
    for (const round of [1, 2]) {
      tower.sees(round * 100, []);
      expect(tower.sees(round * 100 + 20, [])).toEqual(["resolved"]);
      expect(tower.sees(round * 100 + 40, [failed()])).toEqual(["reopened"]);
    }
    expect(tower.known()).toMatchObject([{ id: "incident-1", reopened: 2, flapping: true, resolvedAt: null }]);
    tower.sees(300, []);
    expect(tower.sees(330, [])).toEqual([]);
    expect(tower.sees(420, [])).toEqual(["resolved"]);
    expect(tower.sees(420 + 25 * 60, [failed()]), "a day later it is another").toEqual(["opened"]);
  });

  test("is told of again when it grows worse, and wakes from a snooze by it", () => {
    const tower = lookout();
    tower.sees(0, [failed()]);
    tower.does(() => ({ state: "snoozed", snoozedUntil: minutes(600) }));
    expect(tower.sees(5, [failed({ severity: "S3" })]), "less severe is no reason to wake").toEqual(["changed"]);
    expect(tower.open()).toMatchObject([{ state: "snoozed" }]);
    expect(tower.sees(10, [failed({ severity: "S1" })])).toEqual(["worsened"]);
    expect(tower.open()).toMatchObject([{ state: "open", snoozedUntil: null, severity: "S1" }]);
  });

  test("wakes when the time it was put aside for is over", () => {
    const tower = lookout();
    tower.sees(0, [failed()]);
    tower.does(() => ({ state: "snoozed", snoozedUntil: minutes(60), snoozedMilestone: "actuals" }));
    expect(tower.sees(59, [failed()])).toEqual([]);
    expect(tower.sees(60, [failed()])).toEqual(["woken"]);
    expect(tower.open()).toMatchObject([{ state: "open", snoozedMilestone: null }]);
  });

  test("an acknowledged one that grows stays with whoever has it", () => {
    const tower = lookout();
    const by = { id: "p1", name: "Ida" };
    tower.sees(0, [failed()]);
    tower.does(() => ({ state: "acknowledged", acknowledgedBy: by, assignee: by }));
    const more = failed({ key: "failed too", causeKey: "failed", entity: "FR01" });
    expect(tower.sees(5, [failed(), more])).toEqual(["changed"]);
    expect(tower.open()).toMatchObject([
      { state: "acknowledged", assignee: by, entities: ["DE01", "FR01"], causeCount: 2 },
    ]);
  });

  test("is not called mended while its system cannot be read", () => {
    const tower = lookout();
    tower.sees(0, [failed()]);
    expect(tower.sees(60, [], ["anaplan"])).toEqual([]);
    expect(tower.open()).toMatchObject([{ quietSinceAt: null }]);
  });

  test("becomes part of another when its cause comes to light, and stands by itself again without it", () => {
    const tower = lookout();
    expect(tower.sees(0, [stale])).toEqual(["opened"]);
    expect(tower.sees(1, [stale, failed()])).toEqual(["opened", "resolved"]);
    expect(tower.known()).toMatchObject([
      { causeKey: "failed", state: "open", exceptionCount: 2 },
      { causeKey: "stale", state: "resolved", resolution: { how: "part of another", into: "incident-2" } },
    ]);
    expect(tower.sees(2, [stale])).toEqual(["reopened"]);
    expect(tower.open().find(({ causeKey }) => causeKey === "stale")).toMatchObject({ reopened: 0, flapping: false });
  });
});

const DATASETS = ["s4-extract", "cpi-actuals", "anaplan-actuals", "pbi-close"];
const anyException = fc.record({
  dataset: fc.constantFrom(...DATASETS),
  entity: fc.constantFrom("DE01", "FR02"),
  brings: fc.constantFrom("delivery" as const, "figures" as const, "system" as const),
  suffers: fc.constantFrom("run" as const, "delivery" as const, "figures" as const, null),
  severity: fc.constantFrom("S1" as const, "S2" as const, "S3" as const),
  alike: fc.constantFrom("", "same cause"),
});

test("the same exceptions end in the same incidents, in whatever order and however many at a time they came", () => {
  fc.assert(
    fc.property(
      fc
        .array(anyException, { minLength: 1, maxLength: 12 })
        .map((list) =>
          list.map(({ alike, ...over }, at) =>
            exception(`x${at}`, {
              ...over,
              system: over.dataset,
              causeKey: alike ? `${alike} ${over.dataset}` : `x${at}`,
            }),
          ),
        )
        .chain((made) =>
          fc.tuple(
            fc.constant(made),
            fc.shuffledSubarray(made, { minLength: made.length }),
            fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
          ),
        ),
      ([made, shuffled, sizes]) => {
        const atOnce = lookout();
        atOnce.sees(30, made);
        const piecemeal = lookout();
        for (let seen = 0, at = 0; seen < shuffled.length; at++) {
          seen += sizes.next().value as number;
          piecemeal.sees(at, shuffled.slice(0, seen));
        }
        piecemeal.sees(30, shuffled);
        expect(standing(piecemeal.open())).toEqual(standing(atOnce.open()));
      },
    ),
  );
});

/** What is open, without when it was told. */
function standing(incidents: readonly Known[]): unknown[] {
  return incidents
    .map(({ causeKey, severity, causeCount, exceptionCount, entities, cause }) => ({
      causeKey,
      severity,
      causeCount,
      exceptionCount,
      entities,
      cause,
    }))
    .sort((a, b) => (a.causeKey < b.causeKey ? -1 : 1));
}
