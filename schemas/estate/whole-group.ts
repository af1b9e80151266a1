import type { Estate } from "./estate.ts";

/**
 * `entities: all` among a system's settings stands for every entity of the estate, so that an acquired company needs no
 * second place to be named in: a job's whole tables, a ledger read for everybody.
 */
export function fillWholeGroup(estate: Estate): void {
  const ids = estate.entities.map(({ id }) => id);
  for (const system of estate.systems) system.settings = filled(system.settings, ids) as typeof system.settings;
}

function filled(value: unknown, ids: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(each, ids));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === "entities" && each === "all" ? [...ids] : filled(each, ids),
    ]),
  );
}
