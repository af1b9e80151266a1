import type { Unit } from "../../schemas/dashboard.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A measured figure with its unit, as short as it can be read: `1.1 %`, `2 h 14 min`, `13 exceptions`. */
export function measured(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  if (unit === "percent") return `${tenths.format(value)} %`;
  if (unit === "minutes") return duration(value);
  if (unit === "hours") return value === 0 ? "0 h" : duration(value * 60);
  return `${value < 10 ? tenths.format(value) : whole.format(value)} ${value === 1 ? singular(unit) : unit}`;
}

/** The figure alone, for axes and columns whose heading has the unit. */
export function plainMeasure(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  if (unit === "minutes" || unit === "hours") return measured(value, unit);
  return unit === "percent" || value < 10 ? tenths.format(value) : whole.format(value);
}

function duration(minutes: number): string {
  if (minutes < 1) return `${whole.format(minutes * 60)} s`;
  if (minutes < 60) return `${whole.format(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  const left = Math.round(minutes % 60);
  if (hours >= 48) return `${tenths.format(minutes / 1440)} d`;
  return left > 0 && left < 60 ? `${hours} h ${left} min` : `${Math.round(minutes / 60)} h`;
}

function singular(unit: Unit): string {
  return unit === "work days" ? "work day" : unit.replace(/s$/, "");
}

/** How a figure stands to what is aimed at. */
export function reaches(
  value: number | null,
  goal: number | undefined,
  better: "more" | "less" | null,
): boolean | null {
  if (value === null || goal === undefined || better === null) return null;
  return better === "more" ? value >= goal : value <= goal;
}
