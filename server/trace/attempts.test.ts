import { expect, test } from "vitest";
import type { EventType } from "../../schemas/event/open-lineage.ts";
import { attemptsOf } from "./attempts.ts";

const events = (...types: (EventType | "")[]) => types.map((type, at) => ({ at: `t${at}`, type }));

test.each<[string, (EventType | "")[], string[]]>([
  ["a run that goes through", ["START", "RUNNING", "COMPLETE"], ["t0–t2 COMPLETED"]],
  ["one still under way", ["START"], ["t0–? RUNNING"]],
  ["one that failed and was tried again", ["START", "FAIL", "START", "COMPLETE"], ["t0–t1 FAILED", "t2–t3 COMPLETED"]],
  ["a try that only says it is running", ["START", "ABORT", "RUNNING"], ["t0–t1 ABORTED", "t2–? RUNNING"]],
  ["starts told twice", ["START", "START", "COMPLETE"], ["t0–t2 COMPLETED"]],
  ["ends told twice", ["START", "COMPLETE", "COMPLETE"], ["t0–t2 COMPLETED"]],
  ["an end that was corrected", ["START", "COMPLETE", "FAIL"], ["t0–t2 FAILED"]],
  ["an end without a start", ["FAIL"], ["?–t0 FAILED"]],
  ["events that change no state", ["", "OTHER"], []],
])("%s", (_, types, expected) => {
  const told = attemptsOf(events(...types)).map(
    ({ startedAt, endedAt, state }) => `${startedAt ?? "?"}–${endedAt ?? "?"} ${state}`,
  );
  expect(told).toEqual(expected);
});
