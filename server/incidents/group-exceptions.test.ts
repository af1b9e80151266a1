import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exception } from "../../test/open-exceptions.ts";
import { groupExceptions } from "./group-exceptions.ts";
import type { OpenException } from "./open-exception.ts";
import { upstreamOf } from "./upstream.ts";

/** ledger → extract → plan → board, and plan → cash in a flow of its own; each in a system of its name. */
const ESTATE = {
  flows: [
    { source: "ledger", hops: [{ dataset: "extract" }, { dataset: "plan" }, { dataset: "board" }] },
    { source: "plan", hops: [{ dataset: "cash" }] },
  ],
} as never;
const order = upstreamOf(ESTATE);
const group = (...exceptions: OpenException[]) =>
  groupExceptions(exceptions, order, (dataset) => dataset).map(({ causeKey, causes, impacts }) => ({
    causeKey,
    causes: causes.map(({ key }) => key),
    impacts: impacts.map(({ key }) => key),
  }));

describe("one root cause", () => {
  test("a hundred runs that fail on one expired credential, and all that waits for them", () => {
    const failed = Array.from({ length: 100 }, (_, at) =>
      exception(`run${at}`, {
        system: "plan",
        dataset: "plan",
        entity: `E${at}`,
        brings: "system",
        suffers: null,
        causeKey: "credential.plan",
      }),
    );
    const stale = failed.map(({ entity }) =>
      exception(`stale ${entity}`, { dataset: "board", entity, brings: "delivery", suffers: "delivery" }),
    );
    const [only, ...others] = group(...stale, ...failed);
    expect(others).toEqual([]);
    expect(only!.causes).toHaveLength(100);
    expect(only!.impacts).toHaveLength(100);
  });

  test.each<[string, Partial<OpenException>, Partial<OpenException>, boolean]>([
    ["what was not delivered leaves the next hop waiting", {}, { dataset: "board", suffers: "delivery" }, true],
    ["through another flow as well", {}, { dataset: "cash", suffers: "delivery" }, true],
    ["but no hop before it", { dataset: "plan" }, { dataset: "extract", suffers: "delivery" }, false],
    ["nor another entity", {}, { dataset: "board", entity: "FR01", suffers: "delivery" }, false],
    ["nor another period", {}, { dataset: "board", period: "2026-09", suffers: "delivery" }, false],
    ["a job for all entities leaves each waiting", { entity: null }, { dataset: "board", suffers: "delivery" }, true],
    [
      "figures left short are short further down",
      { brings: "figures" },
      { dataset: "board", suffers: "figures" },
      true,
    ],
    [
      "and shake what was signed on them",
      { brings: "figures" },
      { dataset: "plan", suffers: "figures", echo: true },
      true,
    ],
    ["a late load makes no figure wrong", {}, { dataset: "board", suffers: "figures" }, false],
    [
      "the batch itself fails further down",
      { correlationId: "B1" },
      { dataset: "board", suffers: "run", correlationId: "B1" },
      true,
    ],
    [
      "a run of another batch fails by itself",
      { correlationId: "B1" },
      { dataset: "board", suffers: "run", correlationId: "B2" },
      false,
    ],
    [
      "a system nobody can use explains its runs",
      { brings: "system", dataset: null, entity: null, period: null },
      { dataset: "plan", suffers: "run" },
      true,
    ],
    [
      "and what waits behind it",
      { brings: "system", dataset: null, entity: null, period: null },
      { dataset: "board", suffers: "delivery" },
      true,
    ],
    ["rows refused are a cause of their own", {}, { dataset: "board", suffers: null, brings: "figures" }, false],
  ])("%s", (_what, cause, effect, explained) => {
    const before = exception("cause", { system: "plan", dataset: "plan", brings: "delivery", ...cause });
    const after = exception("effect", { system: effect.dataset ?? null, ...effect });
    const told = [{ causeKey: "cause", causes: ["cause"], impacts: ["effect"] }];
    expect(
      group(after, before)
        .map(({ causeKey }) => causeKey)
        .sort(),
    ).toEqual(explained ? ["cause"] : ["cause", "effect"]);
    if (explained) expect(group(before, after)).toEqual(told);
  });

  test("a chain stands with its first link", () => {
    const links = ["extract", "plan", "board"].map((dataset) =>
      exception(dataset, { dataset, brings: "delivery", suffers: "delivery" }),
    );
    expect(group(...links.reverse())).toMatchObject([{ causeKey: "extract", causes: ["extract"] }]);
  });

  test("two datasets that feed each other do not explain each other", () => {
    const round = upstreamOf({
      flows: [
        { source: "a", hops: [{ dataset: "b" }] },
        { source: "b", hops: [{ dataset: "a" }] },
      ],
    } as never);
    const both = ["a", "b"].map((dataset) => exception(dataset, { dataset, brings: "delivery", suffers: "delivery" }));
    expect(groupExceptions(both, round, () => null)).toHaveLength(2);
  });
});

const anyException = fc
  .record({
    dataset: fc.constantFrom("ledger", "extract", "plan", "board", "cash"),
    entity: fc.constantFrom("DE01", "FR01", null),
    brings: fc.constantFrom("system" as const, "delivery" as const, "figures" as const, null),
    suffers: fc.constantFrom("run" as const, "delivery" as const, "figures" as const, null),
    echo: fc.boolean(),
    severity: fc.constantFrom("S1" as const, "S2" as const, "S3" as const),
    correlationId: fc.constantFrom("B1", "B2", null),
    minute: fc.integer({ min: 10, max: 59 }),
  })
  .map(({ minute, ...over }) => ({ ...over, system: over.dataset, sinceAt: `2026-11-03T10:${minute}:00.000Z` }));

test("the same exceptions make the same groups in any order, each exception in one of them", () => {
  fc.assert(
    fc.property(
      fc.array(anyException, { maxLength: 24 }).chain((list) => {
        const made = list.map((over, at) => exception(`x${at}`, over));
        return fc.tuple(fc.constant(made), fc.shuffledSubarray(made, { minLength: made.length }));
      }),
      ([given, shuffled]) => {
        const groups = group(...given);
        expect(group(...shuffled)).toEqual(groups);
        const placed = groups.flatMap(({ causes, impacts }) => [...causes, ...impacts]);
        expect(placed.sort()).toEqual(given.map(({ key }) => key).sort());
        for (const { causes } of groups) expect(causes.length).toBeGreaterThan(0);
      },
    ),
  );
});
