export interface Place {
  x: number;
  y: number;
}

interface Line {
  origin: string;
  destination: string;
}

const SWEEPS = 6;

/**
 * Places nodes in layers from left to right, each as far right as the longest way to it, ordered so that lines cross
 * little. Costs a few passes over the lines, so thousands of nodes take milliseconds; circles are cut where they close.
 * `groupOf`: nodes of one group stand together within a layer.
 */
export function layered(
  ids: readonly string[],
  lines: readonly Line[],
  { groupOf, step, row }: { groupOf: (id: string) => string; step: number; row: number },
): Map<string, Place> {
  const known = new Set(ids);
  const kept = forward(
    ids,
    lines.filter(({ origin, destination }) => known.has(origin) && known.has(destination)),
  );
  const rank = ranks(ids, kept);
  const layers: string[][] = [];
  for (const id of ids) (layers[rank.get(id)!] ??= []).push(id);
  const before = Map.groupBy(kept, ({ destination }) => destination);
  const after = Map.groupBy(kept, ({ origin }) => origin);
  const at = new Map<string, number>();
  const settle = (layer: string[]) => layer.forEach((id, place) => at.set(id, place - (layer.length - 1) / 2));
  for (const layer of layers) {
    layer.sort((one, other) => groupOf(one).localeCompare(groupOf(other)) || one.localeCompare(other));
    settle(layer);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      const beside = (id: string) =>
        down
          ? (before.get(id) ?? []).map(({ origin }) => origin)
          : (after.get(id) ?? []).map(({ destination }) => destination);
      order(layer, beside, at, groupOf);
      settle(layer);
    }
  }
  const places = new Map<string, Place>();
  for (const [column, layer] of layers.entries()) {
    for (const id of layer) places.set(id, { x: column * step, y: at.get(id)! * row });
  }
  return places;
}

/** Each node goes to the middle of its neighbours, groups as a whole first. */
function order(
  layer: string[],
  beside: (id: string) => string[],
  at: Map<string, number>,
  groupOf: (id: string) => string,
) {
  const middle = new Map<string, number>();
  for (const id of layer) {
    const own = beside(id).map((each) => at.get(each) ?? 0);
    middle.set(id, own.length === 0 ? at.get(id)! : own.reduce((sum, each) => sum + each, 0) / own.length);
  }
  const groups = Map.groupBy(layer, groupOf);
  const centre = new Map(
    [...groups].map(([group, own]) => [group, own.reduce((sum, id) => sum + middle.get(id)!, 0) / own.length]),
  );
  layer.sort((one, other) => {
    const [a, b] = [groupOf(one), groupOf(other)];
    if (a !== b) return centre.get(a)! - centre.get(b)! || a.localeCompare(b);
    return middle.get(one)! - middle.get(other)! || at.get(one)! - at.get(other)!;
  });
}

/** The lines without those that lead back: found by walking depth first, without recursion. */
function forward(ids: readonly string[], lines: readonly Line[]): Line[] {
  const out = Map.groupBy(lines, ({ origin }) => origin);
  const state = new Map<string, "open" | "done">();
  const back = new Set<Line>();
  for (const start of ids) {
    if (state.has(start)) continue;
    const stack = [{ id: start, next: 0 }];
    state.set(start, "open");
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const line = out.get(top.id)?.[top.next++];
      if (!line) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(line.destination) === "open") back.add(line);
      else if (!state.has(line.destination)) {
        state.set(line.destination, "open");
        stack.push({ id: line.destination, next: 0 });
      }
    }
  }
  return lines.filter((line) => !back.has(line));
}

/** The longest way to each node, of lines without circles. */
function ranks(ids: readonly string[], lines: readonly Line[]): Map<string, number> {
  const out = Map.groupBy(lines, ({ origin }) => origin);
  const waiting = new Map(ids.map((id) => [id, 0]));
  for (const { destination } of lines) waiting.set(destination, waiting.get(destination)! + 1);
  const rank = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const { destination } of out.get(id) ?? []) {
      rank.set(destination, Math.max(rank.get(destination)!, rank.get(id)! + 1));
      waiting.set(destination, waiting.get(destination)! - 1);
      if (waiting.get(destination) === 0) ready.push(destination);
    }
  }
  return rank;
}
