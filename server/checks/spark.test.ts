import { expect, it } from "vitest";
import { FIGURES, knownFacts, minutesAfter } from "../../test/known-facts.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarsOf } from "../close/calendars.ts";
import { sparkOf } from "./spark.ts";

const AT = "2026-11-02T09:00:00.000Z";
const estate = smallEstate();
const [flow] = estate.flows;
const [berlin, newYork] = estate.entities;

it("tells how the loads of the last fortnight ended, by the entity's own days", () => {
  const facts = knownFacts(estate, "2026-10");
  const judging = { estate, calendars: calendarsOf(estate), facts };
  const spark = (entity = berlin!) => sparkOf(judging, flow!, entity, new Date(minutesAfter(AT, 600)));
  expect(spark()).toHaveLength(14);
  expect(spark().at(-1)).toEqual({ day: "2026-11-02", complete: 0, partial: 0, failed: 0 });

  facts.loaded("DE01", AT);
  facts.loaded("DE01", minutesAfter(AT, 120));
  facts.loaded("DE01", minutesAfter(AT, -30 * 1440));
  expect(spark().at(-1)).toMatchObject({ complete: 2, failed: 0 });

  const startedAt = minutesAfter(AT, -1440);
  facts.loaded("DE01", startedAt, FIGURES, "message");
  const run = { entity: "DE01", startedAt, endedAt: minutesAfter(startedAt, 5) };
  facts.ran("plan", { ...run, qualifier: "partial", rowsRejected: 3 });
  facts.ran("board", { ...run, state: "FAILED" });
  expect(spark().at(-2)).toEqual({ day: "2026-11-01", complete: 0, partial: 1, failed: 1 });

  facts.loaded("US01", "2026-11-02T04:30:00.000Z");
  expect(spark(newYork).at(-2), "still Sunday in New York").toMatchObject({ day: "2026-11-01", complete: 1 });
});
