import { worseFirst } from "../checks/exception-table.ts";
import type { OpenException } from "./open-exception.ts";

/** Worst first, then oldest; the key tells the rest apart, so that the order is always the same. */
export function byWeight(a: OpenException, b: OpenException): number {
  return worseFirst(a.severity, b.severity) || compareText(a.sinceAt, b.sinceAt) || compareText(a.key, b.key);
}

/** The one that weighs more. */
export function weightiest(a: OpenException, b: OpenException): OpenException {
  return byWeight(a, b) <= 0 ? a : b;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
