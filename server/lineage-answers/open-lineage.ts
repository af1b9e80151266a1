import type { Estate } from "../../schemas/estate/estate.ts";
import type { IncomingRow } from "../ingest/incoming-row.ts";
import { declaredEdges, declaredSteps, type DeclaredEdge } from "../lineage/declared.ts";
import type { AsOf, DeclaredSteps } from "../lineage/graph-at.ts";
import { createStepIndex, sightingsOf, type StepIndex } from "../lineage/step-index.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { stepsAfter } from "../store/clickhouse/lineage-steps.ts";

/** What one loaded version of the estate declares. */
export interface DeclaredVersion {
  estate: Estate;
  /** When it was loaded, ISO 8601. */
  since: string;
  edges: readonly DeclaredEdge[];
  steps: DeclaredSteps;
}

type ToldRow = Pick<IncomingRow, "steps" | "producer" | "eventTime" | "receivedAt">;

/** The lineage graph in memory: every step ever told, and what each version of the estate declares. */
export interface LineageMemory {
  index: StepIndex;
  /** Folds durable rows in, in any order and however often. */
  apply(rows: readonly ToldRow[]): void;
  /** The version of the estate in force at two times; before the first was loaded, that one. */
  declaredAt(asOf: AsOf): DeclaredVersion;
}

const PAGE = 100_000;

/** Reads what is known, and follows what is accepted from then on; before anything is. */
export async function followedLineage(
  clickhouse: ClickHouse,
  versions: Parameters<typeof openLineage>[1],
  ingest: { onAccepted(listener: (rows: readonly ToldRow[]) => void): () => void },
): Promise<LineageMemory> {
  const lineage = await openLineage(clickhouse, versions);
  ingest.onAccepted((rows) => lineage.apply(rows));
  return lineage;
}

/** Reads every step the tables know of; a million take some seconds. `versions`: oldest first, the current one last. */
export async function openLineage(
  clickhouse: ClickHouse,
  versions: readonly { estate: Estate; loadedAt: string }[],
): Promise<LineageMemory> {
  const index = createStepIndex();
  for (let after = { origin: "", destination: "" }; ;) {
    const page = await clickhouse.ask(stepsAfter, { ...after, limit: PAGE });
    for (const { earliest, soonestKnown, newest, ...step } of page) {
      for (const [at, known] of [earliest, soonestKnown, newest]) index.add({ ...step, at, known });
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last;
  }
  const declared = versions.map(({ estate, loadedAt }): DeclaredVersion => {
    const edges = declaredEdges(estate);
    return { estate, since: loadedAt, edges, steps: declaredSteps(index, edges) };
  });
  return {
    index,
    apply(rows) {
      for (const row of rows) for (const sighting of sightingsOf(row.steps, row)) index.add(sighting);
    },
    declaredAt({ effectiveAt, knownAt }) {
      const at = Math.min(effectiveAt, knownAt);
      return declared.findLast(({ since }) => Date.parse(since) <= at) ?? declared[0]!;
    },
  };
}
