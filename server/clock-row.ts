import type { ClockRow } from "../schemas/wire/live.ts";
import type { Clock } from "./context.ts";

/** A simulated clock's own account of itself. */
export interface Simulated {
  state(): { at: number; speed: number; paused: boolean; endsAt: number | null };
}

export function clockRow(clock: Clock, simulated: Simulated | null): ClockRow {
  if (!simulated) return { kind: "clock", now: clock.now().toISOString(), speed: 1, simulated: false, endsAt: null };
  const { at, speed, paused, endsAt } = simulated.state();
  return {
    kind: "clock",
    now: new Date(at).toISOString(),
    speed: paused ? 0 : speed,
    simulated: true,
    endsAt: endsAt === null ? null : new Date(endsAt).toISOString(),
  };
}
