import type { IncomingRow } from "./ingest/incoming-row.ts";
import { logRuns } from "./ingest/log-runs.ts";
import { fetchReferenced } from "./lines/referenced-lines.ts";
import { createFollowing } from "./requests/follow-runs.ts";
import type { Rooms } from "./rooms.ts";
import { watchSignoffs } from "./signoff/watch-signoffs.ts";

/**
 * What a durable batch sets in motion: boards are drawn again, requests follow the runs they started, sign-offs are
 * looked at, reconciliations checked and incidents found. Answers how to stop it.
 */
export function followNews({ ctx, ingest, collecting, checkpoints, incidents }: Rooms): () => Promise<void> {
  const follow = createFollowing(ctx);
  const watch = watchSignoffs({ ctx, collectors: () => Object.values(collecting.rows()) });
  ingest.onAccepted((rows) => {
    logRuns(ctx.log, rows);
    fetchReferenced(ctx, rows);
    for (const topic of ["close", "line", "flows", "readiness", "impact"] as const) ctx.touch(topic);
    follow(rows.filter(({ kind }) => kind === "run").map(({ runId }) => runId));
    watch.look();
    checkpoints.arrived();
    if (rows.some(failed)) incidents.news();
    else incidents.look();
  });
  ingest.onQuarantined(() => {
    ctx.touch("quarantine");
    incidents.news();
  });
  return watch.stop;
}

function failed({ eventType }: IncomingRow): boolean {
  return eventType === "FAIL" || eventType === "ABORT";
}
