/**
 * An order that keeps still while somebody points at it: rows may change in place, but none moves under the pointer
 * until it leaves or the change is asked for.
 */
export class SteadyOrder {
  held = $state(false);
  readonly #wanted: () => readonly string[];
  #kept: readonly string[] = [];
  #taken = $state(0);
  #takenBefore = 0;

  constructor(wanted: () => readonly string[]) {
    this.#wanted = wanted;
  }

  readonly shown = $derived.by((): readonly string[] => {
    const wanted = this.#wanted();
    const take = !this.held || this.#taken !== this.#takenBefore;
    this.#takenBefore = this.#taken;
    return (this.#kept = take ? wanted : inPlace(this.#kept, wanted));
  });
  /** Rows that stand elsewhere than they would if nobody pointed. */
  readonly moved = $derived.by(() => movedBetween(this.shown, this.#wanted()));

  take(): void {
    this.#taken++;
  }
}

/** The kept order without what is gone, with what is new at its end. */
export function inPlace(kept: readonly string[], wanted: readonly string[]): readonly string[] {
  const still = kept.filter((key) => wanted.includes(key));
  const added = wanted.filter((key) => !kept.includes(key));
  return [...still, ...added];
}

/** How many rows must be taken out and put elsewhere to turn one order into another of the same keys. */
export function movedBetween(shown: readonly string[], wanted: readonly string[]): number {
  const places = shown.map((key) => wanted.indexOf(key));
  // Rows of the longest rising run keep their place; all others move.
  const longest: number[] = [];
  for (const [at, place] of places.entries()) {
    longest[at] = 1 + Math.max(0, ...longest.filter((_, before) => places[before]! < place));
  }
  return places.length - Math.max(0, ...longest);
}
