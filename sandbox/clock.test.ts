import { expect, test } from "vitest";
import { createClock } from "./clock.ts";

const AT = Date.parse("2026-10-30T04:00:00Z");
const HOUR = 3_600_000;

function clockFrom(over: Partial<Parameters<typeof createClock>[0]> = {}) {
  const wall = { now: 0 };
  const clock = createClock({ at: AT, speed: 1440, paused: false, endsAt: AT + 24 * HOUR, ...over }, () => wall.now);
  return { clock, wall, passed: () => (clock.now().getTime() - AT) / 1000 };
}

test("a second on the wall is `speed` seconds of play, also when the speed changes", () => {
  const { clock, wall, passed } = clockFrom();
  wall.now = 500;
  expect(passed()).toBe(720);
  clock.setSpeed(60);
  wall.now = 1500;
  expect(passed()).toBe(780);
  expect(() => clock.setSpeed(0)).toThrow(RangeError);
});

test("paused it stands, resumed it goes on from there", () => {
  const { clock, wall, passed } = clockFrom();
  wall.now = 100;
  clock.pause();
  wall.now = 90_000;
  expect(passed()).toBe(144);
  clock.resume();
  wall.now = 90_100;
  expect(passed()).toBe(288);
});

test("it pauses by itself at the end, and runs on when resumed there", () => {
  const { clock, wall, passed } = clockFrom();
  wall.now = 61_000;
  expect(clock.state()).toEqual({ at: AT + 24 * HOUR, speed: 1440, paused: true, endsAt: AT + 24 * HOUR });
  clock.resume();
  wall.now = 62_000;
  expect(passed()).toBe(24 * 3600 + 1440);
  expect(clock.state()).toMatchObject({ paused: false, endsAt: null });
});

test("it runs until an instant and stands there, whatever was passed on the wall", () => {
  const { clock, wall, passed } = clockFrom({ paused: true });
  clock.runUntil(new Date(AT + HOUR));
  wall.now = 1000;
  expect(passed()).toBe(1440);
  wall.now = 90_000;
  expect(passed()).toBe(3600);
  expect(() => clock.runUntil(new Date(AT + HOUR))).toThrow(RangeError);
  clock.resume();
  wall.now = 91_000;
  expect(passed()).toBe(3600 + 1440);
});

test("it is stepped forward and never back", () => {
  const { clock, passed } = clockFrom({ paused: true });
  clock.stepTo(new Date(AT + 2 * HOUR));
  clock.stepTo(new Date(AT + HOUR));
  expect(passed()).toBe(7200);
});
