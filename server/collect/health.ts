import type { Collector, VendorError } from "../../collectors/collector.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import type { Clock } from "../context.ts";
import type { Metrics } from "../metrics.ts";
import type { CollectedEvent } from "./collected-event.ts";
import type { Failures } from "./pace.ts";

/** A collector that failed this often in a row is down, not merely degraded. */
const DOWN_AFTER = 3;

/** What the platform owner sees of one collector, kept as polls come and go. */
export interface Health {
  row(): CollectorRow;
  failures(): Failures;
  counted(request: { status: number; milliseconds: number }): void;
  noticed(notice: { message: string | null }): void;
  began(): void;
  read(events: readonly CollectedEvent[], openRuns: number): void;
  succeeded(pollMilliseconds: number): void;
  failed(error: VendorError): void;
  nextTry(inMilliseconds: number): void;
}

export function createHealth(system: System, collector: Collector, clock: Clock, metrics: Metrics): Health {
  const row: CollectorRow = {
    kind: "collector",
    system: system.id,
    title: system.title,
    collector: collector.id,
    systemKind: system.kind,
    state: "starting",
    reason: null,
    reasonCode: null,
    notice: null,
    sinceAt: null,
    nextTryAt: null,
    lastPollAt: null,
    readThroughAt: null,
    lastEventAt: null,
    lagSeconds: null,
    pollMilliseconds: null,
    requests: 0,
    events: 0,
    errors: 0,
    openRuns: 0,
  };
  let beganAt: string | null = null;
  const failures: Failures = { count: 0, last: null };
  const now = () => clock.now().toISOString();
  return {
    row: () => ({ ...row }),
    failures: () => failures,
    counted(request) {
      row.requests += 1;
      metrics.collectorRequests.inc({ system: system.id, status: String(request.status) });
    },
    noticed({ message }) {
      row.notice = message;
    },
    began() {
      beganAt = now();
    },
    read(events, openRuns) {
      row.events += events.length;
      row.openRuns = openRuns;
      const newest = events.reduce((latest, event) => (event.eventTime > latest ? event.eventTime : latest), "");
      if (newest === "") return;
      if (!row.lastEventAt || newest > row.lastEventAt) row.lastEventAt = newest;
      row.lagSeconds = Math.max(0, Math.round((clock.now().getTime() - Date.parse(newest)) / 1000));
      metrics.collectorLagSeconds.set({ system: system.id }, row.lagSeconds);
    },
    succeeded(pollMilliseconds) {
      Object.assign(failures, { count: 0, last: null });
      row.lastPollAt = now();
      row.readThroughAt = beganAt;
      row.pollMilliseconds = Math.round(pollMilliseconds);
      Object.assign(row, { state: "ok", reason: null, reasonCode: null, sinceAt: null, nextTryAt: null });
    },
    failed(error) {
      Object.assign(failures, { count: failures.count + 1, last: error });
      row.errors += 1;
      row.lastPollAt = now();
      row.sinceAt ??= now();
      row.reason = error.message;
      row.reasonCode = error.code;
      row.state = failures.count >= DOWN_AFTER || !error.recoverable ? "down" : "degraded";
    },
    nextTry(inMilliseconds) {
      row.nextTryAt = row.state === "ok" ? null : new Date(clock.now().getTime() + inMilliseconds).toISOString();
    },
  };
}
