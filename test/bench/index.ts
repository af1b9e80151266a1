import { alertLatency } from "./alert-latency.ts";
import type { Bench } from "./bench.ts";
import { auditVerify } from "./audit-verify.ts";
import { calendar } from "./calendar.ts";
import { closeBoard } from "./close-board.ts";
import { closeScale } from "./close-scale.ts";
import { collectors } from "./collectors.ts";
import { consoleLoad } from "./console-load.ts";
import { graphPage } from "./graph-page.ts";
import { grouping } from "./grouping.ts";
import { impact } from "./impact.ts";
import { lineage } from "./lineage.ts";
import { evidence } from "./evidence.ts";
import { disk } from "./disk.ts";
import { dispatch } from "./dispatch.ts";
import { execute } from "./execute.ts";
import { ingestBatch } from "./ingest-batch.ts";
import { ingestSingle } from "./ingest-single.ts";
import { lineDiff } from "./line-diff.ts";
import { lineIngest } from "./line-ingest.ts";
import { liveLatency } from "./live-latency.ts";
import { memory } from "./memory.ts";
import { plan } from "./plan.ts";
import { progress } from "./progress.ts";
import { recompute } from "./recompute.ts";
import { routing } from "./routing.ts";
import { totals } from "./totals.ts";
import { failover } from "./failover.ts";
import { overload } from "./overload.ts";
import { restart } from "./restart.ts";
import { twoServers } from "./two-servers.ts";
import { trace } from "./trace.ts";

/** Every row of `npm run bench`, in the order they run and are printed. */
export const BENCHES: readonly Bench[] = [
  ingestBatch,
  ingestSingle,
  liveLatency,
  closeBoard,
  closeScale,
  recompute,
  calendar,
  totals,
  grouping,
  routing,
  alertLatency,
  lineIngest,
  lineDiff,
  lineage,
  impact,
  graphPage,
  trace,
  evidence,
  auditVerify,
  plan,
  dispatch,
  execute,
  progress,
  collectors,
  overload,
  failover,
  twoServers,
  restart,
  memory,
  disk,
  consoleLoad,
];
