import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { ClockRow } from "../../schemas/wire/live.ts";
import { Fault } from "../fault.ts";
import type { Permit } from "../people/permit.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

/** The simulated clock's controls; absent on real systems. */
export interface ClockDrive {
  setSpeed(secondsPerSecond: number): void;
  pause(): void;
  resume(): void;
  /** Lets it run and pauses it at `instant`. Throws a RangeError where that has passed. */
  runUntil(instant: Date): void;
}

export interface ClockDeps {
  row(): ClockRow;
  drive: ClockDrive | null;
  permit: Permit;
  changed(): void;
}

const Order = z.union([
  z.strictObject({ speed: z.number().min(1).max(20_000) }),
  z.strictObject({ paused: z.boolean() }),
  z.strictObject({ until: z.iso.datetime({ offset: true }) }),
]);

const SPEED = '{"speed": 1 to 20000} in seconds a second';

/** The clock every board is judged by, and in the demo its speed and pause. */
export function clockRoutes(deps: ClockDeps): Hono {
  return new Hono()
    .get(
      "/api/v1/clock",
      described({ tag: "Clock", summary: "The clock boards are judged by", answers: ClockRow }),
      deps.permit("board:read"),
      (c) => c.json(deps.row()),
    )
    .post(
      "/api/v1/clock",
      described({
        ...{ tag: "Clock", answers: ClockRow },
        summary: "Drive the demo's clock: its speed, pause and resume, or where it stops by itself",
      }),
      deps.permit("clock:drive"),
      validator("json", Order, expected(`${SPEED}, {"paused": true or false} or {"until": an instant}`)),
      (c) => {
        if (!deps.drive) throw new Fault("conflict", "This clock is the real one and cannot be driven.");
        const order = c.req.valid("json");
        if ("speed" in order) deps.drive.setSpeed(order.speed);
        else if ("until" in order) runUntil(deps.drive, new Date(order.until));
        else if (order.paused) deps.drive.pause();
        else deps.drive.resume();
        deps.changed();
        return c.json(deps.row());
      },
    ) as unknown as Hono;
}

function runUntil(drive: ClockDrive, instant: Date): void {
  try {
    drive.runUntil(instant);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Fault("invalid-input", `${error.message} Name a later instant.`, { pointer: "/until" });
  }
}
