import * as z from "zod";
import { defineQuestion } from "../question.ts";

/** Every lease in force; what ran out is as good as not there. */
export const leasesInForce = defineQuestion({
  engine: "postgres",
  name: "lease.in-force",
  params: z.object({}),
  row: z.object({ name: z.string(), holder: z.string() }),
  sql: "SELECT name, holder FROM leases WHERE until > clock_timestamp() ORDER BY name",
});

/** Takes or keeps leases; answers those that are the holder's now. One that another holds is left alone. */
export const takeLeases = defineQuestion({
  engine: "postgres",
  name: "lease.take",
  params: z.object({ names: z.array(z.string()), holder: z.string(), seconds: z.number() }),
  row: z.object({ name: z.string() }),
  sql: `INSERT INTO leases (name, holder, until)
      SELECT name, $2, clock_timestamp() + make_interval(secs => $3) FROM unnest($1::text[]) AS name ORDER BY name
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
      WHERE leases.holder = excluded.holder OR leases.until <= clock_timestamp()
    RETURNING name`,
});

export const giveUpLeases = defineQuestion({
  engine: "postgres",
  name: "lease.give-up",
  params: z.object({ names: z.array(z.string()), holder: z.string() }),
  row: z.never(),
  sql: "DELETE FROM leases WHERE name = ANY ($1::text[]) AND holder = $2",
});
