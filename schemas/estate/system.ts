import * as z from "zod";

/**
 * A system of the estate and how to reach it. Secrets never stand here: `connection` names environment variables,
 * and the collector says which keys it needs.
 */
export const System = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  kind: z.enum(["erp", "middleware", "planning", "bi", "hr", "crm", "procurement", "warehouse", "files", "broker"]),
  /** The collector's id, as listed in `collectors/index.ts`. */
  collector: z.string(),
  /** The OpenLineage namespace of this system's jobs and datasets, for example `anaplan://meridian`. */
  namespace: z.string().regex(/^[a-z0-9+.-]+:\/\/.+/, "expected a namespace such as anaplan://meridian"),
  /** Connection key → environment variable that holds its value. */
  connection: z.record(
    z.string(),
    z.string().regex(/^[A-Z][A-Z0-9_]*$/, "expected the NAME of an environment variable, never a value"),
  ),
  /** What the collector's own grammar asks for: objects to watch, regions, facts behind a switch. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** How hard it may be driven: jobs asked for a minute, and runs under way at once. */
  drive: z
    .strictObject({ perMinute: z.number().positive().default(120), concurrency: z.int().positive().default(6) })
    .optional(),
  /** Seconds between two polls. */
  pollSeconds: z.number().positive().default(60),
});
export type System = z.infer<typeof System>;
