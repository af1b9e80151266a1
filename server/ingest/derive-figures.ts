import type { ControlTotalsFacet, PeriodStatusFacet, PositionFacet } from "../../schemas/event/facets.ts";
import type { DatasetRef, LineageEvent, Warning } from "../../schemas/event/open-lineage.ts";
import type { IoSeen, PeriodStatusSeen, TotalSeen, WatermarkSeen } from "./incoming-row.ts";

/** Datasets whose positions and totals an event speaks for: what a run writes, or the dataset the event is about. */
function spokenFor(lineage: LineageEvent): DatasetRef[] {
  if (lineage.kind === "dataset") return [lineage.event.dataset];
  return lineage.kind === "run" ? lineage.event.outputs : [];
}

/** A facet of a dataset, wherever the producer put it. */
function facetOf(dataset: DatasetRef, key: string): unknown {
  return dataset.outputFacets?.[key] ?? dataset.facets?.[key] ?? dataset.inputFacets?.[key];
}

function positionsOf(dataset: DatasetRef): PositionFacet["positions"] {
  return (facetOf(dataset, "tieout_position") as PositionFacet | undefined)?.positions ?? [];
}

/** What a run reads and writes, by entity and period where its positions say so. */
export function deriveIo(lineage: LineageEvent): IoSeen[] {
  if (lineage.kind !== "run") return [];
  const seen = new Map<string, IoSeen>();
  for (const direction of ["input", "output"] as const) {
    for (const dataset of direction === "input" ? lineage.event.inputs : lineage.event.outputs) {
      const { namespace, name } = dataset;
      const positions = positionsOf(dataset);
      for (const { entity, period } of positions.length > 0 ? positions : [{ entity: "", period: "" }]) {
        const io = { direction, namespace, name, entity, period };
        seen.set(JSON.stringify(io), io);
      }
    }
  }
  return [...seen.values()];
}

/** How far datasets are complete; positions of a run that has not delivered say nothing yet. */
export function deriveWatermarks(lineage: LineageEvent): WatermarkSeen[] {
  const seen = new Map<string, WatermarkSeen>();
  for (const dataset of spokenFor(lineage)) {
    const { namespace, name } = dataset;
    for (const { entity, ledger, period, version, completeThrough, snapshotAsOf } of positionsOf(dataset)) {
      if (!completeThrough) continue;
      seen.set(JSON.stringify([namespace, name, entity, ledger, period, version]), {
        namespace,
        name,
        entity,
        ledger,
        period,
        version,
        completeThrough,
        snapshotAsOf: snapshotAsOf ?? null,
      });
    }
  }
  return [...seen.values()];
}

/** Which periods an event says are open or shut, one for each ledger and subledger; of two the last counts. */
export function derivePeriodStatuses(lineage: LineageEvent): PeriodStatusSeen[] {
  const seen = new Map<string, PeriodStatusSeen>();
  for (const dataset of spokenFor(lineage)) {
    const { namespace, name } = dataset;
    const facet = facetOf(dataset, "tieout_periodStatus") as PeriodStatusFacet | undefined;
    for (const { entity, ledger, subledger, period, status, native } of facet?.statuses ?? []) {
      const slot = { namespace, name, entity, ledger, subledger, period };
      seen.set(JSON.stringify(Object.values(slot)), { ...slot, status, native });
    }
  }
  return [...seen.values()];
}

/** Control totals of an event, one for each grain; a grain stated twice is warned of and its last value used. */
export function deriveTotals(lineage: LineageEvent, warnings: Warning[]): TotalSeen[] {
  const seen = new Map<string, TotalSeen>();
  let repeated = 0;
  for (const dataset of spokenFor(lineage)) {
    const { namespace, name } = dataset;
    const facet = facetOf(dataset, "tieout_controlTotals") as ControlTotalsFacet | undefined;
    for (const total of facet?.totals ?? []) {
      const { entity, ledger, period, version, account, currency, measure } = total;
      const grain = { namespace, name, entity, ledger, period, version, account, currency, measure };
      const key = JSON.stringify(grain);
      if (seen.has(key)) repeated++;
      seen.set(key, {
        ...grain,
        value: plainDecimal(total.value),
        asOf: facet?.asOf ?? "",
        correlationId: total.correlationId ?? "",
      });
    }
  }
  if (repeated > 0) {
    const message = `${repeated} control total(s) state a grain that was stated before; the last value was used.`;
    warnings.push({ path: "", message });
  }
  return [...seen.values()];
}

/** One decimal, one text: as the store writes it, without superfluous zeros and without minus zero. */
export function plainDecimal(value: string): string {
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(value) ?? [];
  const digits = fraction === "" ? whole : `${whole}.${fraction}`;
  return digits === "0" ? "0" : sign + digits;
}
