import type { ClockRow } from "../../schemas/wire/live.ts";
import { live } from "./live.svelte.ts";

/** The clock verdicts are judged by, as the server last told it. */
class Now {
  get clock(): ClockRow | null {
    return live.topic("clock").rows.clock ?? null;
  }
  /** An instant to reckon with; before the server has said, the wall clock's. */
  get at(): string {
    return this.clock?.now ?? new Date().toISOString();
  }
}

export const now = new Now();
