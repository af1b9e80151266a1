import * as z from "zod";

/** What is dropped when its time is over, by table of facts. What people decided and the audit log are never dropped. */
export const RetainedTable = z.enum(["events", "runs", "control-totals", "check-results", "lines", "quarantine"]);
export type RetainedTable = z.infer<typeof RetainedTable>;

const Years = z.int().min(1).max(100);

/** How long evidence is kept, in years. */
export const Retention = z.strictObject({
  years: Years.default(7),
  /** Tables kept for another time. */
  tables: z.partialRecord(RetainedTable, Years).default({}),
});
export type Retention = z.infer<typeof Retention>;
