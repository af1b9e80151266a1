export interface ClockState {
  at: number;
  speed: number;
  paused: boolean;
  /** Where the clock stops by itself; null once play went past it. */
  endsAt: number | null;
}

export interface SimulatedClock {
  now(): Date;
  state(): ClockState;
  setSpeed(secondsPerSecond: number): void;
  pause(): void;
  resume(): void;
  /** Lets it run and pauses it at `instant` exactly. Throws a RangeError where that has passed. */
  runUntil(instant: Date): void;
  /** Moves a paused or running clock forward; it never goes back. */
  stepTo(instant: Date): void;
}

/**
 * A clock that runs `speed` simulated seconds a second and pauses by itself at `endsAt`; resumed there, it runs on.
 * `real` is the clock on the wall in milliseconds, given so that tests need not wait.
 */
export function createClock(begin: ClockState, real: () => number = () => performance.now()): SimulatedClock {
  let { speed, paused, endsAt } = begin;
  let anchorAt = begin.at;
  let anchorReal = real();
  let stopAt: number | null = null;

  const settle = (): number => {
    const seen = real();
    if (!paused) anchorAt += Math.floor((seen - anchorReal) * speed);
    anchorReal = seen;
    const until = Math.min(endsAt ?? Infinity, stopAt ?? Infinity);
    if (!paused && anchorAt >= until) {
      anchorAt = until;
      paused = true;
      stopAt = null;
    }
    return anchorAt;
  };
  const resume = (): void => {
    if (settle() === endsAt) endsAt = null;
    paused = false;
  };
  return {
    now: () => new Date(settle()),
    state: () => ({ at: settle(), speed, paused, endsAt }),
    setSpeed(secondsPerSecond) {
      if (!(secondsPerSecond > 0)) throw new RangeError(`A clock's speed is above 0, not ${secondsPerSecond}.`);
      settle();
      speed = secondsPerSecond;
    },
    pause() {
      settle();
      paused = true;
    },
    resume,
    runUntil(instant) {
      if (instant.getTime() <= settle()) {
        throw new RangeError(`The clock stands at ${new Date(anchorAt).toISOString()}, past ${instant.toISOString()}.`);
      }
      stopAt = instant.getTime();
      resume();
    },
    stepTo(instant) {
      anchorAt = Math.max(settle(), instant.getTime());
    },
  };
}
