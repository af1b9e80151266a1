import { performance } from "node:perf_hooks";
import type { Run } from "../../schemas/run.ts";
import { Estate } from "../../schemas/estate/estate.ts";
import { createCalendars } from "../../server/close/calendars.ts";
import { declaredEdges } from "../../server/lineage/declared.ts";
import { datasetNode, jobNode } from "../../server/lineage/node-id.ts";
import { makePlan } from "../../server/requests/planning/make-plan.ts";
import { planGraph } from "../../server/requests/planning/plan-graph.ts";
import type { PlanWorld } from "../../server/requests/planning/world.ts";
import { PLANNING_ESTATE } from "../planning-estate.ts";
import { atMost, defineBench } from "./bench.ts";

const RUNS = 10_000;
const EDGES = 100_000;
const FLOWS = 25;
const HOPS = 4;
const ENTITIES = RUNS / FLOWS / HOPS;
const TIMES = 3;

/** Flows of hops that can all be driven, for as many entities as make the runs. */
function wideEstate(): Estate {
  const flowIds = Array.from({ length: FLOWS }, (_, at) => `f${at}`);
  const [like] = PLANNING_ESTATE.flows;
  const hopIds = (flow: string) => Array.from({ length: HOPS }, (_, at) => `${flow}-h${at}`);
  return Estate.parse({
    ...PLANNING_ESTATE,
    entities: Array.from({ length: ENTITIES }, (_, at) => {
      return { id: `E${at}`, name: `E${at}`, country: "DE", currency: "EUR", zone: "Europe/Berlin" };
    }),
    datasets: [
      ...PLANNING_ESTATE.datasets,
      ...flowIds.flatMap((flow) =>
        hopIds(flow).map((id) => ({ id, title: id, system: "plan", name: id, kind: "plan", owner: "analyst" })),
      ),
    ],
    flows: flowIds.map((id) => ({
      ...like,
      ...{ id, title: id, entities: "all" },
      hops: hopIds(id).map((dataset) => {
        const job = `${dataset} {entity}`;
        return { dataset, job, title: dataset, rerun: { job, parameters: { period: "{period}" } } };
      }),
    })),
  });
}

function runsOf(estate: Estate): Run[] {
  return estate.flows.flatMap((flow) =>
    flow.hops.flatMap(({ dataset }) =>
      estate.entities.map(({ id: entity }): Run => ({
        ...{
          runId: `${dataset} ${entity}`,
          jobNamespace: "plan://small",
          jobName: `${dataset} ${entity}`,
          state: "FAILED",
        },
        ...{ qualifier: null, vendorStatus: null, startedAt: "2026-11-01T06:00:00.000Z", endedAt: null, attempt: 1 },
        ...{ lastEventAt: "2026-11-01T06:00:00.000Z", correlationId: null, causationId: null, parentRunId: null },
        ...{ rowsRead: null, rowsWritten: null, rowsRejected: null, progress: null, error: null, exceptions: [] },
        targets: [{ namespace: "plan://small", name: dataset, entity, period: "2026-10" }],
      })),
    ),
  );
}

/** The estate's own steps, and as many more between tables nobody plans as make the graph. */
function wideGraph(estate: Estate) {
  const declared = declaredEdges(estate);
  const more = Array.from({ length: Math.max(0, EDGES - declared.length) }, (_, at) => {
    const job = jobNode({ namespace: "erp://small", name: `etl ${at % 9_000}` });
    const table = datasetNode({
      namespace: "plan://small",
      name: at % 7 === 0 ? `f${at % FLOWS}-h0` : `table ${at % 20_000}`,
    });
    return at % 2 === 0
      ? { origin: table, destination: job }
      : { origin: job, destination: datasetNode({ namespace: "erp://small", name: `out ${at}` }) };
  });
  return [...declared, ...more];
}

export const plan = defineBench({
  name: "plan",
  title: `what running ${RUNS.toLocaleString("en")} runs again would do, along a lineage of ${EDGES.toLocaleString("en")} steps`,
  unit: "ms",
  goal: atMost(1000),
  reference: "the same steps put into a graph, and nothing planned",
  async run({ say }) {
    const estate = wideEstate();
    const runs = runsOf(estate);
    const edges = wideGraph(estate);
    const byId = new Map(runs.map((run) => [run.runId, run]));
    const byTarget = Map.groupBy(runs, ({ targets: [to] }) => `${to!.name} ${to!.entity}`);
    const graphs = await median(() => planGraph(edges));
    const world: PlanWorld = {
      ...{
        estate,
        calendars: createCalendars(estate),
        graph: planGraph(edges),
        declared: planGraph(declaredEdges(estate)),
        now: new Date("2026-11-04T10:00:00.000Z"),
      },
      facts: {
        run: (id) => byId.get(id) ?? null,
        runsInto: ({ name }, entity) => byTarget.get(`${name} ${entity}`) ?? [],
        ...{ periodStatuses: () => [], watermark: () => null, totals: () => [] },
      },
      ...{ signoffs: [], freezes: [], vendorKeys: new Map(), runbooks: new Map() },
      drivable: new Map([["plan", { trigger: true, rerun: false }]]),
    };
    const wish = { act: "replay" as const, reason: "bench", runs: [...byId.keys()], entities: [], periods: [] };
    let steps = 0;
    const value = await median(() => (steps = makePlan(world, wish).steps.length));
    if (steps !== RUNS) throw new Error(`The plan has ${steps} steps of ${RUNS}.`);
    say(`${steps} steps over ${edges.length} edges`);
    return { value, reference: graphs };
  },
});

async function median(act: () => unknown): Promise<number> {
  const taken: number[] = [];
  for (let at = 0; at < TIMES; at += 1) {
    const began = performance.now();
    act();
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[Math.floor(TIMES / 2)]!;
}
