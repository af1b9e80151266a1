import type { LineageColumns } from "../../schemas/wire/lineage.ts";
import type { Direction } from "../lineage/graph-at.ts";
import { columnsFrom } from "../store/clickhouse/lineage-columns.ts";
import { nodeNamed, viewAt, type AskedTimes, type LineageDeps } from "./view.ts";

export interface AskedColumns extends AskedTimes {
  dataset: string;
  /** All of the dataset's where none is named. */
  field?: string | undefined;
  direction: Direction | "both";
  depth: number;
}

type Field = LineageColumns["edges"][number]["origin"];

/** Fields an answer holds; more are read by nobody. */
const MOST_FIELDS = 2_000;
/** Stands for all fields of a dataset. */
const ALL = "*";

/** Which field is made of which, up and down from one dataset or field, field by field. */
export async function columnsAnswer(deps: LineageDeps, asked: AskedColumns): Promise<LineageColumns> {
  const view = viewAt(deps, asked);
  const { graph, asOf } = view;
  const start = { dataset: graph.id(nodeNamed(view, asked.dataset)), field: asked.field ?? ALL };
  const found = createFound(start);
  for (const direction of ["upstream", "downstream"] as const) {
    if (asked.direction !== "both" && asked.direction !== direction) continue;
    let front: Field[] = [start];
    for (let steps = 1; steps <= asked.depth && front.length > 0; steps++) {
      const told = await deps.clickhouse.ask(columnsFrom, {
        nodes: front.map(({ dataset }) => dataset),
        fields: front.map(({ field }) => field),
        direction: direction === "upstream" ? "up" : "down",
        ...{ effectiveAt: asOf.effectiveAt, knownAt: asOf.knownAt },
      });
      front = told.flatMap((row) => found.add(row, direction, steps));
    }
    if (front.length > 0 && !found.truncated()) await found.lookBeyond(deps, front, direction, asOf);
  }
  return { asOf, start: { dataset: start.dataset, field: asked.field ?? "" }, depth: asked.depth, ...found.answer() };
}

interface Told {
  node: string;
  field: string;
  other: string;
  otherField: string;
  via: string;
  how: "column" | "explicit";
  transformation: { kind: string; text: string };
  lastSeenAt: string;
}

function createFound(start: Field) {
  const fields = new Map<string, Field & { distance: number }>();
  const edges = new Map<string, LineageColumns["edges"][number]>();
  let cut = false;
  const reach = (field: Field, distance: number): Field[] => {
    const key = JSON.stringify([field.dataset, field.field]);
    if (fields.has(key)) return [];
    if (fields.size >= MOST_FIELDS) {
      cut = true;
      return [];
    }
    fields.set(key, { ...field, distance });
    return [field];
  };
  if (start.field !== ALL) reach(start, 0);
  return {
    truncated: () => cut,
    add(told: Told, direction: Direction, distance: number): Field[] {
      const here = { dataset: told.node, field: told.field };
      const there = { dataset: told.other, field: told.otherField };
      const [origin, destination] = direction === "upstream" ? [there, here] : [here, there];
      const sign = direction === "upstream" ? -1 : 1;
      if (start.field === ALL && here.dataset === start.dataset) reach(here, 0);
      const edge = {
        ...{ origin, destination, how: told.how, via: told.via || null, lastSeenAt: told.lastSeenAt },
        transformation: told.transformation.kind
          ? { kind: told.transformation.kind, text: told.transformation.text }
          : null,
      };
      edges.set(JSON.stringify([origin, destination, told.via, told.how]), edge);
      // What concerns a whole dataset has no field to go on from.
      return reach(there, sign * distance).filter(({ field }) => field !== "");
    },
    async lookBeyond(
      { clickhouse }: LineageDeps,
      front: readonly Field[],
      direction: Direction,
      { effectiveAt, knownAt }: { effectiveAt: string; knownAt: string },
    ): Promise<void> {
      const beyond = await clickhouse.ask(columnsFrom, {
        nodes: front.map(({ dataset }) => dataset),
        fields: front.map(({ field }) => field),
        direction: direction === "upstream" ? "up" : "down",
        ...{ effectiveAt, knownAt },
      });
      if (beyond.some(({ other, otherField }) => !fields.has(JSON.stringify([other, otherField])))) cut = true;
    },
    answer: () => ({ fields: [...fields.values()], edges: beaten([...edges.values()]), truncated: cut }),
  };
}

/** Told explicitly beats told by columns, for each field and the job that made it. */
function beaten(edges: LineageColumns["edges"]): LineageColumns["edges"] {
  const target = ({ destination, via }: LineageColumns["edges"][number]) => JSON.stringify([destination, via]);
  const explicit = new Set(edges.filter(({ how }) => how === "explicit").map(target));
  return edges.filter((edge) => edge.how === "explicit" || !explicit.has(target(edge)));
}
