/** Something that happens at an instant. `name` decides between two of one instant, so that order never depends on luck. */
interface Happening {
  at: number;
  name: string;
  happen(): void;
}

/** What is still to come, earliest first. */
export interface Agenda {
  add(at: number, name: string, happen: () => void): void;
  /** Lets everything up to and including the instant happen, in order, with what it brings about. */
  playThrough(until: number): void;
}

export function createAgenda(): Agenda {
  const heap: Happening[] = [];
  const before = (a: Happening, b: Happening) => a.at < b.at || (a.at === b.at && a.name < b.name);
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b]!, heap[a]!]);

  const take = (): Happening => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      }
      if (least === index) return first;
      swap(index, least);
      index = least;
    }
  };
  return {
    add(at, name, happen) {
      heap.push({ at, name, happen });
      for (let index = heap.length - 1; index > 0;) {
        const parent = (index - 1) >> 1;
        if (!before(heap[index]!, heap[parent]!)) break;
        swap(index, parent);
        index = parent;
      }
    },
    playThrough(until) {
      while (heap.length > 0 && heap[0]!.at <= until) take().happen();
    },
  };
}
