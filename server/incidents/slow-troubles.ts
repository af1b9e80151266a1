import type { Context } from "../context.ts";
import { jobPlacesOf } from "../dashboards/job-places.ts";
import { driftAnswer } from "../lineage-answers/drift-answer.ts";
import type { LineageDeps } from "../lineage-answers/view.ts";
import { failedJobs, waitingInput } from "../store/clickhouse/troubles.ts";
import { openBreaksBefore } from "../store/postgres/breaks-lists.ts";
import { brokenGlassRequests, failedRequests } from "../store/postgres/requests-failed.ts";
import { takenRolesInForce } from "../store/postgres/taken-roles.ts";
import { taskBacklog } from "../store/postgres/task-backlog.ts";
import { watchAudit } from "./audit-watch.ts";
import { brokenGlassExceptions, takenRoleExceptions } from "./exceptions/access-exceptions.ts";
import { breakExceptions } from "./exceptions/break-exceptions.ts";
import { driftExceptions } from "./exceptions/drift-exceptions.ts";
import { inputExceptions } from "./exceptions/input-exceptions.ts";
import { looseRunExceptions } from "./exceptions/loose-run-exceptions.ts";
import { requestExceptions } from "./exceptions/request-exceptions.ts";
import { towerExceptions } from "./exceptions/tower-exceptions.ts";
import type { OpenException } from "./open-exception.ts";

/** What has to be asked of the engines, and so not at every look. */
export interface SlowTroubles {
  /** As of a moment ago; `periods` are those the flows are looked at in. */
  now(periods: readonly string[]): Promise<readonly OpenException[]>;
  /** Says that what is known of these may be out of date. */
  forget(): void;
}

/** Milliseconds of real time an answer is good for. */
const GOOD_FOR = 10_000;
/** So many kinds of each are looked at, and failed jobs so many days back. */
const MOST = 500;
const DAYS = 3;

export type TroubleContext = LineageDeps & Pick<Context, "metrics" | "log">;

export function createSlowTroubles(ctx: TroubleContext): SlowTroubles {
  const auditBroken = watchAudit(ctx);
  const placeOf = jobPlacesOf(ctx.estate);
  let known: readonly OpenException[] = [];
  let askAgainAt = 0;

  const ask = async (periods: readonly string[]): Promise<OpenException[]> => {
    const now = ctx.clock.now();
    const since = new Date(now.getTime() - DAYS * 86_400_000).toISOString();
    const yesterday = new Date(now.getTime() - 86_400_000).toISOString();
    const [inputs, failed, backlog, breaks, requests, taken, unasked, unwritten] = await Promise.all([
      ctx.clickhouse.ask(waitingInput, { limit: MOST }),
      ctx.clickhouse.ask(failedJobs, { since, limit: MOST }),
      ctx.postgres.ask(taskBacklog, {}),
      ctx.postgres.ask(openBreaksBefore, { period: periods.toSorted()[0] ?? "" }),
      ctx.postgres.ask(failedRequests, { since: yesterday, limit: MOST }),
      ctx.postgres.ask(takenRolesInForce, {}),
      ctx.postgres.ask(brokenGlassRequests, { since: yesterday }),
      ctx.metrics.ingestWaitingBytes.get(),
    ]);
    const loose = failed
      .map((run) => ({ run, place: placeOf(run.jobNamespace, run.jobName) }))
      .filter(({ place }) => place.flow === undefined);
    return [
      ...inputExceptions(inputs.map((each) => ({ ...each, sinceAt: new Date(`${each.sinceAt}Z`).toISOString() }))),
      ...looseRunExceptions(loose.map(({ run, place }) => ({ run, system: place.system ?? null }))),
      ...breakExceptions(breaks, periods),
      ...requestExceptions(requests),
      ...takenRoleExceptions(taken),
      ...brokenGlassExceptions(unasked),
      ...driftExceptions(driftAnswer(ctx, {})),
      ...towerExceptions(
        {
          tasks: { waiting: backlog[0]?.waiting ?? 0, oldestSeconds: backlog[0]?.oldestSeconds ?? 0 },
          unwrittenBytes: unwritten.values[0]?.value ?? 0,
          auditBroken: auditBroken(),
        },
        now.toISOString(),
      ),
    ];
  };
  return {
    async now(periods) {
      const at = performance.now();
      if (at < askAgainAt) return known;
      try {
        known = await ask(periods);
      } catch (error) {
        // An engine that cannot be asked now leaves what was known; the flows are looked at all the same.
        ctx.log.error({ err: error }, "the engines could not be asked what is wrong");
      }
      askAgainAt = at + GOOD_FOR;
      return known;
    },
    forget() {
      askAgainAt = 0;
    },
  };
}
