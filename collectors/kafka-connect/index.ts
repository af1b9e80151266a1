import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { defineCollector, VendorError, type Pull, type SystemOf } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { runIdOf } from "../run-id.ts";
import { byTime, readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { createClient, type Client } from "./client.ts";
import {
  batchEvents,
  batchKey,
  changedAt,
  connectorOf,
  isOpen,
  nextSession,
  sessionEvents,
  standingOf,
  type SeenBatch,
  type Session,
} from "./map.ts";
import { Settings } from "./settings.ts";
import type { ConnectorStatus } from "./vendor.ts";

interface Cursor {
  batches: WindowCursor;
  /** By connector, how it stood when last seen. */
  sessions: Record<string, Session>;
}

const MINUTE = 60_000;

/** Kafka Connect: connectors as sessions that run until they are stopped, and batches of sources that keep them. */
export const kafkaConnect = defineCollector<typeof Settings, Cursor>({
  id: "kafka-connect",
  title: "Kafka Connect",
  capabilities: ["list-jobs", "list-runs", "rerun", "rerun-from-failure", "cancel", "counts"],
  settings: Settings,
  connection: {
    url: "the address of a worker's REST interface, for example https://connect.example.com:8083",
  },
  optional: {
    user: "a user of the REST interface, where it asks for one",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    const named = (key: string): string => {
      const connector = connectorOf(key);
      if (connector) return connector;
      throw new VendorError("refused", `${key} is a batch; Connect restarts and stops connectors only.`);
    };
    return {
      check: async () => checked(await client.connectors(), system.settings),
      pull: (cursor) => pull(cursor, client, system),
      async rerun(key, { fromFailure }) {
        const jobName = named(key);
        await client.restart(jobName, fromFailure);
        return { vendorRunKey: key, runId: runIdOf(system.namespace, key), jobName, adopted: false };
      },
      async cancel(key) {
        await client.stop(named(key));
      },
    };
  },
});

async function pull(cursor: Cursor | null, client: Client, system: SystemOf<Settings>): Promise<Pull<Cursor>> {
  const connectors = await client.connectors();
  const at = new Date(Math.floor(client.vendorNow().getTime() / MINUTE) * MINUTE).toISOString();
  const { sessions, events } = sessionsAfter(cursor?.sessions ?? {}, connectors, at, system);
  const { rows: _, ...batches } = await readWindow(
    cursor?.batches ?? null,
    batchWindow(client, [...connectors.keys()], system),
  );
  const going = Object.values(sessions).filter(({ state }) => state !== "aborted").length;
  return {
    events: [...events, ...batches.events].sort(byTime),
    cursor: { batches: batches.cursor, sessions },
    more: batches.more,
    openRuns: batches.openRuns + going,
  };
}

/** Connect keeps no history, so what is told is how the picture differs from the one before. */
function sessionsAfter(
  before: Record<string, Session>,
  connectors: ReadonlyMap<string, ConnectorStatus>,
  at: string,
  { namespace, settings }: SystemOf<Settings>,
) {
  const sessions: Record<string, Session> = {};
  const events: RunEvent[] = [];
  const mapping = { namespace, settings };
  for (const name of new Set([...connectors.keys(), ...Object.keys(before)])) {
    const status = connectors.get(name);
    const earlier = before[name];
    const session = nextSession(earlier, status ? standingOf(status, settings) : null, at, settings);
    if (!session) continue;
    // A connector that is gone is forgotten once that is told.
    if (status) sessions[name] = session;
    const told = new Set(earlier ? sessionEvents(name, earlier, mapping).map((event) => JSON.stringify(event)) : []);
    events.push(...sessionEvents(name, session, mapping).filter((event) => !told.has(JSON.stringify(event))));
  }
  return { sessions, events };
}

function batchWindow(
  client: Client,
  connectors: readonly string[],
  { namespace, settings }: SystemOf<Settings>,
): RunWindow<SeenBatch> {
  const kept = connectors.filter((name) => jobNamed(settings.connectors, name)?.job.batches);
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.batchDays, overlapMinutes: 60 },
    async *list(from) {
      for (const connector of kept) {
        const seen = (await client.batches(connector)).map((batch) => ({ connector, batch }));
        yield seen.filter((each) => isOpen(each) || changedAt(each) >= from);
      }
    },
    sight: (seen) => ({
      ...{ key: batchKey(seen), changedAt: changedAt(seen), open: isOpen(seen) },
      version: `${seen.batch.offset.state} ${seen.batch.offset.endedAt ?? ""}`,
    }),
    events: (seen) => batchEvents(seen, { namespace, settings }),
    gap: (from, to) => gapEvent({ collector: "kafka-connect", namespace, history: "Batches", from, to }),
  };
}

function checked(connectors: ReadonlyMap<string, ConnectorStatus>, settings: Settings) {
  const names = [...connectors.keys()];
  const failed = [...connectors].filter(([, status]) => standingOf(status, settings).state === "failed");
  const missing = settings.connectors.filter((each) => !names.some((name) => jobNamed([each], name)));
  return {
    sees: [
      `${names.length} connectors, ${names.filter((name) => jobNamed(settings.connectors, name)).length} of them declared`,
    ],
    warnings: [
      ...missing.map(({ name }) => `No connector is named "${name}".`),
      ...failed.map(([name]) => `Connector "${name}" has failed, or tasks of it have.`),
    ],
  };
}
