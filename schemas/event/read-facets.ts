import type * as z from "zod";
import { TIEOUT_FACETS } from "./facets.ts";
import type { Facets, Warning } from "./open-lineage.ts";

const OURS: Record<string, z.ZodType> = TIEOUT_FACETS;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a bag of facets. Null facets and facets of Tieout's that do not fit their grammar are left out with a warning
 * (the raw event keeps them); facets of Tieout's come back with their defaults filled in; all others as they came.
 */
export function readFacets(value: unknown, path: string, warnings: Warning[]): Facets {
  if (value === undefined) return {};
  if (!isObject(value)) {
    warnings.push({ path, message: `Expected an object of facets, got ${named(value)}; read as none.` });
    return {};
  }
  const changed: [string, unknown][] = [];
  let unsigned = 0;
  for (const key of Object.keys(value)) {
    const facet = value[key];
    if (!isObject(facet)) {
      warnings.push({
        path: pointer(path, key),
        message: `Expected a facet as an object, got ${named(facet)}; left out.`,
      });
      changed.push([key, undefined]);
      continue;
    }
    if (facet._deleted !== true && (typeof facet._producer !== "string" || typeof facet._schemaURL !== "string"))
      unsigned++;
    const grammar = Object.hasOwn(OURS, key) ? OURS[key] : undefined;
    if (grammar) changed.push([key, readOurs(grammar, facet, pointer(path, key), warnings)]);
  }
  if (unsigned > 0) {
    warnings.push({ path, message: `${unsigned} facet(s) do not say their _producer and _schemaURL.` });
  }
  if (changed.length === 0) return value;
  const facets: Facets = { ...value };
  for (const [key, facet] of changed) {
    if (facet === undefined) delete facets[key];
    else facets[key] = facet;
  }
  return facets;
}

function readOurs(grammar: z.ZodType, facet: Facets, path: string, warnings: Warning[]): unknown {
  if (facet._deleted === true) return undefined;
  const parsed = grammar.safeParse(facet);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = (issue?.path ?? []).reduce<string>((at, step) => pointer(at, String(step)), path);
  warnings.push({ path: where, message: `${issue?.message ?? "Not as expected"}; this facet was not used.` });
  return undefined;
}

/** One more step of a JSON pointer (RFC 6901). */
export function pointer(path: string, step: string | number): string {
  return `${path}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** A value's kind in a sentence: "null", "an array", "a number". */
export function named(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
