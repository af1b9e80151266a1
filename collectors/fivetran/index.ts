import { setTimeout as sleep } from "node:timers/promises";
import { defineCollector, VendorError, type Pull, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type Client } from "./client.ts";
import { isSigned } from "./is-signed.ts";
import { isOpen, syncEvents, syncOf, type SeenSync } from "./map.ts";
import { Settings } from "./settings.ts";
import type { Connection } from "./vendor.ts";

interface Cursor {
  runs: WindowCursor;
  /** How each connection stood when its history was last read, by its id. */
  connections: Record<string, string>;
  /** Whose turn it is to be read although nothing seems new. */
  turn: number;
}

/** Fivetran: syncs of connections. */
export const fivetran = defineCollector<typeof Settings, Cursor>({
  id: "fivetran",
  title: "Fivetran",
  capabilities: ["list-jobs", "list-runs", "trigger"],
  settings: Settings,
  connection: {
    apiUrl: "the address of the REST API, for example https://api.fivetran.com/v1",
    apiKey: "the key of a scoped API key that may read connections, and manage them where syncs are started",
    apiSecret: "its secret",
  },
  optional: { webhookSecret: "the secret webhooks are signed with" },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => pullSyncs(cursor, client, system),
      trigger: triggering(client, system, tools),
      isCall: (headers, body) =>
        isSigned(headers.get(system.settings.signatureHeader), body, system.connection["webhookSecret"]),
    };
  },
});

/**
 * The list of connections says what moved, so only those are asked for their history; one more by turns, because a sync
 * may begin and end between two looks. Open syncs are listed again.
 */
async function pullSyncs(cursor: Cursor | null, client: Client, system: SystemOf<Settings>): Promise<Pull<Cursor>> {
  const { namespace, settings } = system;
  const connections = (await client.connections()).filter(({ schema }) => jobNamed(settings.connections, schema));
  const turn = ((cursor?.turn ?? -1) + 1) % Math.max(1, connections.length);
  const asked = connections.filter(
    (each, index) => index === turn || cursor?.connections[each.id] !== standingOf(each),
  );
  const { rows: _, ...pull } = await readWindow<SeenSync>(cursor?.runs ?? null, {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, reread: true },
    async *list(from, to) {
      for (const connection of asked) {
        for await (const page of client.history(connection.id, from, to)) {
          yield page.flatMap((row) => syncOf(connection, row, settings) ?? []);
        }
      }
    },
    sight: (sync) => ({
      ...{ key: sync.id, changedAt: sync.startedAt, open: isOpen(sync) },
      version: `${sync.status} ${sync.endedAt}`,
    }),
    events: (sync) => syncEvents(sync, system),
    gap: (from, to) => gapEvent({ collector: "fivetran", namespace, history: "Sync history", from, to }),
  });
  const standing = Object.fromEntries(connections.map((each) => [each.id, standingOf(each)]));
  return { ...pull, cursor: { runs: pull.cursor, connections: standing, turn } };
}

function standingOf({ succeeded_at, failed_at, status }: Connection): string {
  return [succeeded_at, failed_at, status?.sync_state].join(" ");
}

/** A start answers no sync, so the one under way, or begun since it was asked for, is read off the history. */
function triggering(client: Client, { namespace, settings }: SystemOf<Settings>, { clock, wait = sleep }: Tools) {
  const startOnce = createStarter(namespace, clock, wait);
  return async (input: TriggerInput) => {
    const connection = (await client.connections()).find(({ schema }) => schema === input.job);
    if (!connection || !jobNamed(settings.connections, connection.schema)) {
      throw new VendorError("refused", `No connection "${input.job}" is declared and found in the account.`);
    }
    return startOnce(input, {
      async original(since) {
        const now = client.vendorNow().getTime();
        const from = new Date(Math.min(now - 86_400_000, Date.parse(since ?? "") || now)).toISOString();
        const found: SeenSync[] = [];
        for await (const page of client.history(connection.id, from, new Date(now + 1000).toISOString())) {
          found.push(...page.flatMap((row) => syncOf(connection, row, settings) ?? []));
        }
        const begun = found.filter((sync) => isOpen(sync) || (since !== null && sync.startedAt >= since));
        return begun.sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1)).at(-1)?.id ?? null;
      },
      async start() {
        await client.sync(connection.id);
        return null;
      },
    });
  };
}

async function checked(client: Client, settings: Settings) {
  const all = await client.connections();
  const declared = all.filter(({ schema }) => jobNamed(settings.connections, schema));
  const broken = declared.filter(
    ({ status }) => status?.setup_state === "broken" || status?.setup_state === "incomplete",
  );
  const unknown = settings.connections.filter((each) => !all.some(({ schema }) => jobNamed([each], schema)));
  return {
    sees: [`${all.length} connections, ${declared.length} of them declared`],
    warnings: [
      ...unknown.map(({ name }) => `No connection has the schema "${name}".`),
      ...broken.map(({ schema, status }) => `Connection "${schema}" is ${status?.setup_state}.`),
      ...declared.filter(({ paused }) => paused === true).map(({ schema }) => `Connection "${schema}" is paused.`),
    ],
  };
}
