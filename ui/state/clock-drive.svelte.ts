import { api } from "../api.ts";
import { now } from "./now.svelte.ts";
import { session } from "./session.svelte.ts";

/** Speeds offered in the demo, in simulated seconds per second. */
export const SPEEDS = [
  { speed: 60, title: "a minute a second" },
  { speed: 300, title: "five minutes a second" },
  { speed: 1440, title: "a day a minute" },
  { speed: 6000, title: "a day in 14 seconds" },
] as const;

/** The demo's clock, as far as the person at the console may drive it. */
class ClockDrive {
  failure = $state<string | null>(null);

  get possible(): boolean {
    return now.clock?.simulated === true && session.may("clock:drive");
  }
  get paused(): boolean {
    return now.clock?.speed === 0;
  }

  pause(paused: boolean): Promise<void> {
    return this.#order(() => api.clock({ paused }));
  }
  run(speed: number): Promise<void> {
    const { paused } = this;
    return this.#order(async () => {
      await api.clock({ speed });
      if (paused) await api.clock({ paused: false });
    });
  }
  async #order(give: () => Promise<unknown>): Promise<void> {
    this.failure = null;
    try {
      await give();
    } catch (error) {
      this.failure = (error as Error).message;
    }
  }
}

export const clockDrive = new ClockDrive();
