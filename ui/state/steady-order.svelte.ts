/** Keeps rows where they are while somebody points at them; what would have moved is counted, and moves on request. */
export class SteadyOrder<Row> {
  #kept = $state.raw<readonly string[] | null>(null);
  moved = $state(0);
  readonly #keyOf: (row: Row) => string;

  constructor(keyOf: (row: Row) => string) {
    this.#keyOf = keyOf;
  }

  /** The rows in the order to show them; what is new comes last. */
  of(rows: readonly Row[]): Row[] {
    if (!this.#kept) return [...rows];
    const at = new Map(this.#kept.map((key, index) => [key, index]));
    const place = (row: Row) => at.get(this.#keyOf(row)) ?? rows.length;
    return rows.toSorted((a, b) => place(a) - place(b));
  }

  /** Keeps the order of these rows. */
  hold(rows: readonly Row[]): void {
    this.#kept = rows.map(this.#keyOf);
    this.moved = 0;
  }
  release(): void {
    this.#kept = null;
    this.moved = 0;
  }
  /** Counts the rows that stand elsewhere than they would; called whenever they have changed. */
  count(rows: readonly Row[]): void {
    const kept = this.#kept;
    this.moved = kept ? rows.filter((row, index) => kept[index] !== this.#keyOf(row)).length : 0;
  }
}
