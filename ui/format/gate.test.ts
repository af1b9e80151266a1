import { describe, expect, it } from "vitest";
import type { BoardCell } from "../../schemas/wire/board.ts";
import { gateText } from "./gate.ts";

const ZONE = "Europe/Berlin";
const NOW = "2026-11-04T13:20:00.000Z";
const cell = (given: Partial<BoardCell>): BoardCell => ({
  milestone: "ties",
  state: "not-due",
  timing: "due",
  metAt: null,
  deadline: { at: "2026-11-04T17:00:00.000Z", local: "2026-11-04T18:00", zone: ZONE, workDay: 3, calendarVersion: "1" },
  note: null,
  amount: null,
  currency: null,
  progress: null,
  why: "",
  holds: [],
  ...given,
});

describe("gateText", () => {
  it.each([
    ["when it was met", { state: "done", metAt: "2026-11-04T05:12:00.000Z" }, "06:12"],
    ["how far it is", { state: "running", progress: 0.714 }, "71\u202f%"],
    ["nothing where progress is not told", { state: "running" }, ""],
    ["by when, today", { state: "at-risk" }, "18:00"],
    [
      "on which day, later",
      { state: "at-risk", deadline: { ...cell({}).deadline, at: "2026-11-05T15:00:00.000Z" } },
      "Thu 5",
    ],
    ["how much is missing", { state: "held", amount: "-22231.55", currency: "EUR" }, "−22k"],
    ["the first word of what holds it", { state: "held", note: "late posting" }, "late"],
    ["nothing before it is due", {}, ""],
  ] as [string, Partial<BoardCell>, string][])("tells %s", (_what, given, text) => {
    expect(gateText(cell(given), ZONE, NOW)).toBe(text);
  });
});
