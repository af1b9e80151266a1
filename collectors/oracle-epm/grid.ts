import { Big } from "big.js";
import type { ControlTotal } from "../../schemas/event/facets.ts";
import type { EpmSettings, Job, Slice } from "./settings.ts";
import type { Grid } from "./vendor.ts";

/** Asks for a slice: entities × accounts as rows, one period as the column, everything else in the point of view. */
export function gridOf(
  slice: Slice,
  entities: readonly string[],
  period: string,
  settings: Pick<EpmSettings, "years" | "months">,
) {
  const { dimensions, pov, accounts } = slice;
  const [year = "", month = ""] = period.split("-");
  const fixed = { ...pov, [dimensions.years]: settings.years.replace("{yy}", year.slice(2)) };
  return {
    suppressMissingBlocks: true,
    suppressMissingRows: true,
    pov: { dimensions: Object.keys(fixed), members: Object.values(fixed).map((member) => [member]) },
    columns: [{ dimensions: [dimensions.period], members: [[settings.months[Number(month) - 1] ?? month]] }],
    rows: [{ dimensions: [dimensions.entity, dimensions.account], members: [entities, accounts] }],
  };
}

/** A slice as net totals by `entity/period`, one for each account. Cells without a number are left out. */
export function totalsOf(grid: Grid, job: Job, period: string, settings: EpmSettings): Map<string, ControlTotal[]> {
  const held = new Map<string, ControlTotal[]>();
  let entity = "";
  for (const { headers, data } of grid.rows) {
    // A header that repeats the row above may be left empty.
    entity = headers[0] || entity;
    const value = decimalOf(data[0]);
    const [, account = ""] = headers;
    if (!value || !account) continue;
    const { ledger, version } = job;
    const currency = settings.currencies[entity] ?? "";
    const total: ControlTotal = { period, entity, ledger, version, account, currency, measure: "net", value };
    const place = `${entity}/${period}`;
    held.set(place, [...(held.get(place) ?? []), total]);
  }
  return held;
}

function decimalOf(cell: string | null | undefined): string | null {
  if (!cell || cell === "#Missing") return null;
  try {
    return new Big(cell).round(12).toFixed();
  } catch {
    return null;
  }
}
