import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** The tower's own figures, scraped at `/metrics`. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    ...ingestMetrics(registers),
    ...collectorMetrics(registers),
    ...engineMetrics(registers),
    ...liveMetrics(registers),
  };
}

/** What comes in at the doors. */
function ingestMetrics(registers: Registry[]) {
  return {
    eventsAccepted: new Counter({
      name: "tieout_events_accepted_total",
      help: "Events stored durably.",
      labelNames: ["door"],
      registers,
    }),
    eventsQuarantined: new Counter({
      name: "tieout_events_quarantined_total",
      help: "Inputs kept in quarantine.",
      labelNames: ["door"],
      registers,
    }),
    eventsShed: new Counter({
      name: "tieout_events_shed_total",
      help: "Events answered 503 because too much was waiting.",
      registers,
    }),
    ingestSeconds: new Histogram({
      name: "tieout_ingest_seconds",
      help: "From reading a request to its durable acknowledgement.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    ingestWaitingBytes: new Gauge({
      name: "tieout_ingest_waiting_bytes",
      help: "Events read and not yet durable.",
      registers,
    }),
  };
}

/** What vendors are asked, and what they answer. */
function collectorMetrics(registers: Registry[]) {
  return {
    collectorLagSeconds: new Gauge({
      name: "tieout_collector_lag_seconds",
      help: "Age of the newest event at the moment it was read.",
      labelNames: ["system"],
      registers,
    }),
    collectorErrors: new Counter({
      name: "tieout_collector_errors_total",
      help: "Polls that failed.",
      labelNames: ["system", "code"],
      registers,
    }),
    collectorRequests: new Counter({
      name: "tieout_collector_requests_total",
      help: "Requests made to a vendor.",
      labelNames: ["system", "status"],
      registers,
    }),
  };
}

/** What the tower stands on. */
function engineMetrics(registers: Registry[]) {
  return {
    engineAnswers: new Gauge({
      name: "tieout_engine_answers",
      help: "1 while an engine answers.",
      labelNames: ["engine"],
      registers,
    }),
    tasksOldestSeconds: new Gauge({
      name: "tieout_tasks_oldest_seconds",
      help: "How long the task due longest has waited.",
      registers,
    }),
    diskFreeBytes: new Gauge({ name: "tieout_disk_free_bytes", help: "Room where the data folder is.", registers }),
    leaseHeld: new Gauge({
      name: "tieout_lease_held",
      help: "1 where this process does what one process does at a time.",
      labelNames: ["lease"],
      registers,
    }),
  };
}

/** Who watches. */
function liveMetrics(registers: Registry[]) {
  return {
    liveClients: new Gauge({ name: "tieout_live_clients", help: "Consoles connected.", registers }),
    liveSlow: new Counter({
      name: "tieout_live_slow_total",
      help: "Consoles that read too slowly: passed-over was shown the rows anew, cut-off had to connect anew.",
      labelNames: ["what"],
      registers,
    }),
    liveChanges: new Counter({
      name: "tieout_live_changes_total",
      help: "Changes pushed to consoles.",
      labelNames: ["topic"],
      registers,
    }),
  };
}
