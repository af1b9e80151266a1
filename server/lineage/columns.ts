/** Numbers in columns that grow, so that a million steps cost tens of megabytes and not objects. */
export interface Columns<K extends string> {
  readonly at: Record<K, Int32Array | Float64Array>;
  readonly length: number;
  /** Takes the next row, all zero, and answers its number. */
  push(): number;
}

export function createColumns<K extends string>(shape: Record<K, "int" | "float">): Columns<K> {
  const names = Object.keys(shape) as K[];
  const make = (name: K, size: number) => (shape[name] === "int" ? new Int32Array(size) : new Float64Array(size));
  let size = 1024;
  let length = 0;
  const at = Object.fromEntries(names.map((name) => [name, make(name, size)])) as Columns<K>["at"];
  return {
    at,
    get length() {
      return length;
    },
    push() {
      if (length === size) {
        size *= 2;
        for (const name of names) {
          const larger = make(name, size);
          larger.set(at[name]);
          at[name] = larger;
        }
      }
      return length++;
    },
  };
}
