import type { Estate } from "../schemas/estate/estate.ts";
import type { DatasetName, Facts } from "../schemas/facts.ts";
import type { Run, Total, Watermark } from "../schemas/run.ts";

export interface Figures {
  count: string;
  debit: string;
  credit: string;
  net: string;
}

export const FIGURES: Figures = { count: "120", debit: "150000.00", credit: "50000.00", net: "100000.00" };

/** A few facts written by hand, for one estate; what `Facts` answers is exactly what was told. */
export interface KnownFacts extends Facts {
  /** A run into a dataset; `totals` and a watermark come with a completed one. */
  ran(dataset: string, run: Partial<Run> & { entity: string; startedAt: string }): Run;
  /** What a dataset holds, and from which snapshot. */
  holds(dataset: string, entity: string, at: string, figures: Figures | null, run?: Run): void;
  /** One whole load at an instant: every hop in turn, two minutes each, the same figures at each. */
  loaded(entity: string, at: string, figures?: Figures, through?: string): Run[];
}

export function knownFacts(estate: Estate, period: string): KnownFacts {
  const runs = new Map<string, Run[]>();
  const watermarks = new Map<string, Watermark>();
  const totals = new Map<string, Total[]>();
  let version = 0;
  const systems = new Map(estate.systems.map((system) => [system.id, system.namespace]));
  const nameOf = (id: string): DatasetName => {
    const dataset = estate.datasets.find((candidate) => candidate.id === id)!;
    return { namespace: systems.get(dataset.system)!, name: dataset.name };
  };
  const key = ({ namespace, name }: DatasetName, entity: string, of: string) => [namespace, name, entity, of].join(" ");
  const known: KnownFacts = {
    watermark: (name, entity, of) => watermarks.get(key(name, entity, of)) ?? null,
    totals: (name, entity, of) => totals.get(key(name, entity, of)) ?? [],
    runsInto: (name, entity, of) =>
      (runs.get(key(name, entity, of)) ?? []).toSorted((a, b) => (a.startedAt! < b.startedAt! ? 1 : -1)),
    run: (id) => [...runs.values()].flat().find((run) => run.runId === id) ?? null,
    correlated: (id) => [...runs.values()].flat().filter((run) => run.correlationId === id),
    periodStatuses: () => [],
    periods: () => [period],
    version: () => version,
    ran(dataset, { entity, ...run }) {
      version++;
      const name = nameOf(dataset);
      const whole: Run = {
        runId: `${dataset}-${entity}-${run.startedAt}`,
        jobNamespace: name.namespace,
        jobName: `fills ${dataset}`,
        state: "COMPLETED",
        qualifier: null,
        vendorStatus: "COMPLETE",
        endedAt: null,
        lastEventAt: run.endedAt ?? run.startedAt,
        attempt: 1,
        correlationId: null,
        causationId: null,
        parentRunId: null,
        rowsRead: null,
        rowsWritten: null,
        rowsRejected: null,
        progress: null,
        error: null,
        exceptions: [],
        targets: [{ ...name, entity, period }],
        ...run,
      };
      const at = key(name, entity, period);
      runs.set(at, [...(runs.get(at) ?? []).filter((other) => other.runId !== whole.runId), whole]);
      return whole;
    },
    holds(dataset, entity, at, figures, run) {
      version++;
      const name = nameOf(dataset);
      const of = key(name, entity, period);
      const { currency } = estate.entities.find((candidate) => candidate.id === entity)!;
      const isSource = estate.datasets.find((candidate) => candidate.id === dataset)!.kind === "source";
      const common = { ...name, entity, ledger: "0L", period, version: "actual", runId: run?.runId ?? "" };
      watermarks.set(of, {
        ...common,
        completeThrough: at,
        snapshotAsOf: isSource ? null : at,
        eventAt: run?.endedAt ?? at,
      });
      const values = Object.entries(figures ?? {}) as [keyof Figures, string][];
      totals.set(
        of,
        values.map(([measure, value]) => ({
          ...common,
          account: "",
          currency,
          measure,
          value,
          asOf: at,
          correlationId: null,
        })),
      );
    },
    loaded(entity, at, figures = FIGURES, through = "board") {
      const flow = estate.flows[0]!;
      const correlationId = `B-${entity}-${at}`;
      const made: Run[] = [];
      for (const [step, { dataset }] of flow.hops.entries()) {
        const startedAt = minutesAfter(at, 2 * step);
        const run = known.ran(dataset, {
          entity,
          startedAt,
          endedAt: minutesAfter(at, 2 * step + 2),
          correlationId,
          rowsWritten: 120,
        });
        known.holds(dataset, entity, at, figures, run);
        made.push(run);
        if (dataset === through) break;
      }
      return made;
    },
  };
  return known;
}

export function minutesAfter(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}
