import { setTimeout as sleep } from "node:timers/promises";
import { defineCollector, VendorError, type Pull, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { byTime, readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { createStarter } from "../start-once.ts";
import { createClient, type Client } from "./client.ts";
import { deadLetterEvents, iso, isOpen, runLineEvents, runLineOf, type SeenLine } from "./map.ts";
import { Settings } from "./settings.ts";

interface Cursor {
  runs: WindowCursor;
  /** Dead letters up to here are told, ISO 8601. */
  deadLetters: string;
}

const HOUR = 3_600_000;

/** MuleSoft Anypoint: runs that flows write into their apps' logs, and dead letters of Anypoint MQ. */
export const mulesoft = defineCollector<typeof Settings, Cursor>({
  id: "mulesoft",
  title: "MuleSoft Anypoint",
  capabilities: ["list-runs", "trigger", "counts", "control-totals"],
  settings: Settings,
  connection: {
    url: "the address of the control plane, for example https://anypoint.mulesoft.com",
    clientId: "the id of a connected app that acts on its own behalf",
    clientSecret: "its secret",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => pull(cursor, client, system),
      trigger: triggering(client, system, tools),
    };
  },
});

async function pull(cursor: Cursor | null, client: Client, system: SystemOf<Settings>): Promise<Pull<Cursor>> {
  const { namespace, settings } = system;
  const now = client.vendorNow().toISOString();
  const { rows: _, ...runs } = await readWindow(cursor?.runs ?? null, lineWindow(client, system));
  const after = cursor?.deadLetters ?? new Date(Date.parse(now) - 24 * HOUR).toISOString();
  // A sample is complete once the next one has begun.
  const through = new Date(Math.floor(Date.parse(now) / (HOUR / 6)) * (HOUR / 6)).toISOString();
  if (settings.deadLetters.length === 0 || runs.more || through <= after) {
    return { ...runs, cursor: { runs: runs.cursor, deadLetters: after } };
  }
  const histories = settings.deadLetters.map(async (each) =>
    deadLetterEvents(each.queue, await client.queue(each, after, through), after, namespace),
  );
  const events = [...runs.events, ...(await Promise.all(histories)).flat()].sort(byTime);
  return { ...runs, events, cursor: { runs: runs.cursor, deadLetters: through } };
}

function lineWindow(client: Client, { namespace, settings }: SystemOf<Settings>): RunWindow<SeenLine> {
  return {
    now: client.vendorNow(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 },
    list: (from, to) => runLines(client, settings, from, to),
    sight: (seen) => ({
      key: seen.line.run,
      changedAt: seen.at,
      open: isOpen(seen),
      version: `${seen.at} ${seen.line.state}`,
    }),
    events: (seen) => runLineEvents(seen, namespace),
    gap: (from, to) => gapEvent({ collector: "mulesoft", namespace, history: "Application logs", from, to }),
  };
}

/** Run lines of all apps, or of one, in order of their time: the last one of a run says how it stands. */
async function* runLines(
  client: Client,
  settings: Settings,
  from: string,
  to: string,
  only?: string,
): AsyncGenerator<SeenLine[]> {
  for (const app of settings.apps.filter(({ name }) => only === undefined || name === only)) {
    const lines: SeenLine[] = [];
    for await (const page of client.logs(app.name, from, to)) {
      lines.push(...page.flatMap((line) => runLineOf(app, line, settings) ?? []));
    }
    yield lines.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  }
}

/** Schedulers take no key and answer no run, so the original, and the new run, are read from the app's log. */
function triggering(client: Client, { namespace, settings }: SystemOf<Settings>, { clock, wait = sleep }: Tools) {
  const startOnce = createStarter(namespace, clock, wait);
  return (input: TriggerInput) => {
    const app = settings.apps.find(({ flows }) => jobNamed(flows, input.job));
    if (!app) throw new VendorError("refused", `No app of the settings has a flow "${input.job}".`);
    const original = async (since: string | null): Promise<string | null> => {
      const now = client.vendorNow().getTime();
      const from = new Date(Math.min(now - 24 * HOUR, Date.parse(since ?? "") || now)).toISOString();
      const latest = new Map<string, SeenLine>();
      for await (const lines of runLines(client, settings, from, new Date(now + 1).toISOString(), app.name)) {
        for (const seen of lines) if (seen.line.job === input.job) latest.set(seen.line.run, seen);
      }
      const begun = ({ line }: SeenLine) => since !== null && (iso(line.startedAt) ?? "") >= since;
      return [...latest.values()].findLast((seen) => isOpen(seen) || begun(seen))?.line.run ?? null;
    };
    return startOnce(input, {
      original,
      async start() {
        await client.runScheduler(app.name, input.job);
        return null;
      },
    });
  };
}

async function checked(client: Client, { apps }: Settings) {
  const deployed = await client.deployments();
  const declared = apps.map(({ name }) => ({ name, found: deployed.find((each) => each.name === name) }));
  return {
    sees: deployed.map(({ name, application }) => `app ${name}: ${application?.status ?? "status unknown"}`),
    warnings: declared.flatMap(({ name, found }) =>
      !found
        ? [`No app is deployed as "${name}".`]
        : /RUNNING|STARTED|APPLIED/.test(found.application?.status ?? "RUNNING")
          ? []
          : [`App "${name}" is ${found.application?.status}; its schedulers do not run.`],
    ),
  };
}
