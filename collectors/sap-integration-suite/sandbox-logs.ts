import { Big } from "big.js";
import { createHash } from "node:crypto";
import type { SimRun, World } from "../sandbox.ts";
import { jobPattern } from "../job-name.ts";
import type { Settings } from "./settings.ts";

const QUARTER = 15 * 60_000;

type Log = Record<string, unknown> & { MessageGuid: string };

/** The world's runs as message processing logs. A message that has ended is written once and kept. */
export function logProjection(world: World, system: string, settings: Settings) {
  const ended = new Map<string, Log>();
  const keyOfApplication = new Map<string, string>();
  const headersOf = headerWriter(world, settings);

  function logOf(run: SimRun): Log {
    const kept = ended.get(run.key);
    if (kept) return kept;
    const { phase } = world.phase(run);
    const log = writeLog(run, phase, logEndOf(world, run), headersOf(run, phase === "ended"));
    // An abandoned message may yet return, so it is written anew each time.
    if (phase === "ended" && run.outcome !== "held") ended.set(run.key, log);
    return log;
  }

  return {
    /** Logs whose LogEnd is at or after an instant, oldest LogEnd first. A message still queued has no log. */
    endedSince(since: number): Log[] {
      return world
        .runs(system, since)
        .filter((run) => world.phase(run).phase !== "queued" && logEndOf(world, run) >= since)
        .sort((one, other) => logEndOf(world, one) - logEndOf(world, other))
        .map(logOf);
    },
    log(key: string): Log | null {
      const run = world.run(system, key);
      return run && world.phase(run).phase !== "queued" ? logOf(run) : null;
    },
    ofApplication(id: string): Log[] {
      const run = world.run(system, keyOfApplication.get(id) ?? "");
      return run ? [logOf(run)] : [];
    },
    /** Remembers under which application message ID a message was sent. */
    remember(id: string, key: string): void {
      keyOfApplication.set(id, key);
    },
    errorText(key: string): string {
      const run = world.run(system, key);
      return run?.error && world.phase(run).phase === "ended" ? run.error.message : "";
    },
  };
}

/** While a message is worked on its LogEnd moves, here by quarters of an hour. */
function logEndOf(world: World, run: SimRun): number {
  if (world.phase(run).phase === "ended") return run.endedAt;
  return Math.max(run.startedAt, Math.floor(world.now() / QUARTER) * QUARTER);
}

function writeLog(run: SimRun, phase: string, logEnd: number, headers: Record<string, string>): Log {
  const correlation = createHash("sha256")
    .update(run.correlationId ?? run.key)
    .digest("base64url");
  return {
    MessageGuid: run.key,
    CorrelationId: `AG${correlation.slice(0, 26)}`,
    ApplicationMessageId: run.correlationId,
    ApplicationMessageType: run.flow,
    IntegrationFlowName: run.job,
    IntegrationArtifact: { Id: run.job.replaceAll(" ", "_"), Name: run.job, Type: "INTEGRATION_FLOW" },
    Status: statusOf(run, phase),
    CustomStatus: phase === "ended" && run.outcome === "partial" ? "PARTIAL" : null,
    LogStart: `/Date(${run.startedAt})/`,
    LogEnd: `/Date(${logEnd})/`,
    LogLevel: "INFO",
    CustomHeaderProperties: {
      results: Object.entries(headers).map(([Name, Value]) => ({ Id: `${run.key}-${Name}`, Name, Value })),
    },
  };
}

function statusOf(run: SimRun, phase: string): string {
  if (phase !== "ended") return phase === "held" ? "RETRY" : "PROCESSING";
  if (run.outcome === "failed") return run.error?.code === "ESCALATED" ? "ESCALATED" : "FAILED";
  if (run.outcome === "aborted") return run.error?.code === "DISCARDED" ? "DISCARDED" : "CANCELLED";
  return run.outcome === "held" ? "ABANDONED" : "COMPLETED";
}

/** Writes the custom header properties an iFlow sets: what it carries, who fed it, what it started. */
function headerWriter(world: World, settings: Settings) {
  const names = settings.headers;
  return (run: SimRun, over: boolean): Record<string, string> => {
    const iflow = settings.iflows.find((each) => jobPattern(each.name).entityIn(run.job) !== null);
    const headers: Record<string, string> = { [names.period]: run.period };
    if (run.entity) headers[names.entity] = run.entity;
    if (run.snapshotAsOf !== null) headers[names.snapshotAsOf] = new Date(run.snapshotAsOf).toISOString();
    if (iflow?.upstream && run.startedBy?.system === systemOf(iflow.upstream.namespace)) {
      headers[iflow.upstream.header] = run.startedBy.key;
    }
    const started = run.started.find((each) => each.system === systemOf(iflow?.downstream?.namespace ?? ""));
    if (started) headers[iflow!.downstream!.header] = started.key;
    const delivered = over && (run.outcome === "complete" || run.outcome === "partial");
    return delivered ? { ...headers, ...totalsOf(run) } : headers;
  };

  function totalsOf(run: SimRun): Record<string, string> {
    const count = { [names.recordCount]: String(run.rowsWritten) };
    const held = world.delivered(run);
    // Lists of members have one line without an account, and nothing but its count.
    if (!held || held.accounts.every(({ account }) => account === "")) return count;
    const sum = (side: "debit" | "credit" | "net") =>
      held.accounts.reduce((total, account) => total.plus(account[side]), new Big(0)).toFixed(2);
    return {
      [names.recordCount]: String(held.accounts.reduce((total, account) => total + account.count, 0)),
      [names.debitTotal]: sum("debit"),
      [names.creditTotal]: sum("credit"),
      [names.controlTotal]: sum("net"),
      [names.currency]: held.currency,
    };
  }
}

/** In the played estate a namespace's scheme is its system's id: `s4://meridian-prd`. */
function systemOf(namespace: string): string {
  return namespace.split(":")[0]!;
}
