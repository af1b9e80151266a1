import type { Look } from "../format/since.ts";

/** How a person left a period's board, kept in this browser until they come back to it. */
export class LastLook {
  /** Null where they never looked, or the browser keeps nothing. */
  readonly before: Look | null;
  readonly #key: string;

  constructor(person: string, period: string) {
    this.#key = `tieout.look/${person}/${period}`;
    this.before = read(this.#key);
  }

  leave(look: Look): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify(look));
    } catch {
      // A browser that keeps nothing has nothing to compare with next time, and everything else works.
    }
  }
}

function read(key: string): Look | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Look | null;
  } catch {
    return null;
  }
}
