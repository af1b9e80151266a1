import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";

/** The steps out of (`down`) or into (`up`) some nodes of the lineage graph. */
export const edgesFrom = defineQuestion({
  engine: "clickhouse",
  name: "edge.from",
  params: z.object({ nodes: z.array(z.string()).max(5000), direction: z.enum(["down", "up"]) }),
  row: z.object({ node: z.string(), other: z.string(), firstSeenAt: Instant, lastSeenAt: Instant }),
  sql: `SELECT node, other, min(first_seen_at) AS firstSeenAt, max(last_seen_at) AS lastSeenAt
    FROM edges WHERE node IN {nodes:Array(String)} AND direction = {direction:String}
    GROUP BY node, other ORDER BY node, other LIMIT 20000`,
});
