import { describe, expect, it } from "vitest";
import { knownFacts, minutesAfter, type KnownFacts } from "../../test/known-facts.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { createCalendars } from "../close/calendars.ts";
import { attainments } from "./attainment.ts";
import { Attainment } from "../../schemas/wire/attainment.ts";

const base = smallEstate();
const objective = { onTimePercent: "90.0", withinMinutes: 60 };
const estate = smallEstate({ flows: [{ ...base.flows[0]!, objective, entities: ["DE01"] }] });
const calendars = createCalendars(estate);
const expectedAt = calendars.occurrences(calendars.period("2026-10")!, "DE01", estate.flows[0]!);
const LAST = expectedAt.at(-1)!;

function attained(facts: KnownFacts, now: string): Attainment {
  const [answer] = attainments({ estate, calendars, facts, now: new Date(now), entities: "all", memo: new Map() }, [
    "2026-10",
  ]);
  return Attainment.parse(answer);
}

/** Every expected load, some of them so many minutes later than expected, or not at all. */
function loads(late: Record<number, number | null> = {}): KnownFacts {
  const facts = knownFacts(estate, "2026-10");
  for (const [at, expected] of expectedAt.entries()) {
    const minutes = late[at] === undefined ? 0 : late[at];
    if (minutes !== null) facts.loaded("DE01", minutesAfter(expected, minutes));
  }
  return facts;
}

describe("a flow's attainment", () => {
  const after = minutesAfter(LAST, 240);

  it("is all of it where every load arrived in time", () => {
    const budget = { loads: (expectedAt.length / 10).toFixed(1), used: 0, leftPercent: "100.0" };
    expect(attained(loads(), after)).toMatchObject({
      known: 1,
      met: expectedAt.length,
      attainmentPercent: "100.0",
      budget,
    });
  });

  it("tells late from missed, and a start nothing answered from both", () => {
    const last = expectedAt.length - 1;
    const answer = attained(loads({ [last - 3]: 80, [last - 1]: null, [last]: null }), after);
    expect(answer).toMatchObject({ late: 1, missed: 2, neverStarted: 2, met: last - 2 });
    expect(answer.budget).toMatchObject({ used: 3 });
  });

  it("judges the data: what came with the next load is late, not missed", () => {
    expect(attained(loads({ [expectedAt.length - 2]: null }), after)).toMatchObject({
      late: 1,
      missed: 0,
      neverStarted: 1,
    });
  });

  it("leaves open what is not over", () => {
    const now = minutesAfter(expectedAt[3]!, 30);
    const facts = knownFacts(estate, "2026-10");
    for (const expected of expectedAt.slice(0, 3)) facts.loaded("DE01", expected);
    expect(attained(facts, now)).toMatchObject({ met: 3, missed: 0, pending: expectedAt.length - 3 });
    expect(attained(facts, minutesAfter(expectedAt[3]!, 60))).toMatchObject({ missed: 1 });
  });

  it("counts nothing of a period nobody told anything of", () => {
    expect(attained(knownFacts(estate, "2026-10"), after)).toMatchObject({
      ...{ known: 0, expected: 0, attainmentPercent: null, budget: null },
    });
  });
});
