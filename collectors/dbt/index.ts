import { defineCollector, VendorError, type Connected, type SystemOf, type Tools } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import { runIdOf } from "../run-id.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import { createStarter } from "../start-once.ts";
import { readArtifacts, type ArtifactsCursor } from "./artifacts.ts";
import { createClient } from "./client.ts";
import { cloudRunEvents, instant, isOpen, nameOf } from "./map.ts";
import { Settings } from "./settings.ts";
import type { Run } from "./vendor.ts";

const DAY = 86_400_000;

/** dbt: runs of dbt Cloud, or the artifacts of dbt Core. */
export const dbt = defineCollector<typeof Settings, WindowCursor | ArtifactsCursor>({
  id: "dbt",
  title: "dbt",
  capabilities: ["list-jobs", "list-runs", "trigger", "rerun", "rerun-from-failure", "cancel", "counts"],
  settings: Settings,
  connection: {
    url: "the address of the account, for example https://ab123.us1.dbt.com, or where artifacts lie",
    token:
      "a service token that may read runs, and run jobs where they are started; for artifacts, what the server asks",
  },
  open(system, tools) {
    const connected = system.settings.read.from === "cloud" ? readCloud(system, tools) : readArtifacts(system, tools);
    return connected as Connected<WindowCursor | ArtifactsCursor>;
  },
});

function readCloud(system: SystemOf<Settings>, tools: Tools): Connected<WindowCursor> {
  const { namespace, settings } = system;
  const client = createClient(system, settings.read as Extract<Settings["read"], { from: "cloud" }>, tools);
  return {
    async check() {
      const jobs = await allRows(client.jobs());
      const declared = jobs.filter(({ name }) => jobNamed(settings.jobs, name));
      const warnings = declared.length === 0 ? ["no job has a name the settings declare"] : [];
      return { sees: [`${jobs.length} jobs, ${declared.length} of them declared`], warnings };
    },
    async pull(cursor) {
      const { rows: _, ...pull } = await readWindow<Run>(cursor, {
        now: tools.clock.now(),
        ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
        list: (from) => client.runs(from),
        again: (key) => client.run(key),
        sight: (run) => ({
          ...{ key: String(run.id), open: isOpen(run), version: `${run.status} ${run.started_at} ${run.finished_at}` },
          changedAt: instant(run.finished_at) ?? instant(run.created_at) ?? new Date(0).toISOString(),
        }),
        events: async (run) =>
          cloudRunEvents(run, isOpen(run) ? null : await client.results(run.id), { namespace, settings }),
        gap: (from, to) => gapEvent({ collector: "dbt", namespace, history: "Runs", from, to }),
      });
      return pull;
    },
    ...driven(system, client, tools),
  };
}

/** dbt Cloud takes no idempotency key; the request's stands in the run's cause, by which the original is found. */
function driven({ namespace, settings }: SystemOf<Settings>, client: ReturnType<typeof createClient>, tools: Tools) {
  const startOnce = createStarter(namespace, tools.clock);
  const originalOf = async (job: string, mark: string, since: string | null) => {
    const from = new Date(Date.parse(since ?? tools.clock.now().toISOString()) - DAY).toISOString();
    const runs = (await allRows(client.runs(from))).filter((run) => nameOf(run) === job);
    const marked = runs.find(({ trigger }) => trigger?.cause?.includes(mark));
    return marked ?? runs.find((run) => isOpen(run)) ?? null;
  };
  const start = async (job: string, cause: string) => {
    const known = jobNamed(settings.jobs, job) ? (await allRows(client.jobs())).find(({ name }) => name === job) : null;
    if (!known) throw new VendorError("refused", `dbt Cloud has no declared job "${job}".`);
    return String((await client.start(known.id, cause)).id);
  };
  return {
    trigger: (input: Parameters<NonNullable<Connected["trigger"]>>[0]) => {
      const mark = `Tieout ${input.idempotencyKey}`;
      const words = Object.entries(input.parameters).map(([key, value]) => `${key}=${value.replaceAll(/\s/g, "_")}`);
      return startOnce(input, {
        original: async (since) => idOf(await originalOf(input.job, mark, since)),
        start: () => start(input.job, [mark, ...words].join(" ")),
      });
    },
    async rerun(key: string, { fromFailure }: { fromFailure: boolean }) {
      const run = await client.run(key);
      if (!run) throw new VendorError("not-found", `dbt Cloud has no run ${key}.`);
      const cause = run.trigger?.cause ?? "";
      const again = fromFailure
        ? String((await client.retry(key)).id)
        : await start(nameOf(run), `Again ${key} ${cause}`);
      return { vendorRunKey: again, runId: runIdOf(namespace, again), jobName: nameOf(run), adopted: false };
    },
    cancel: (key: string) => client.cancel(key),
  };
}

function idOf(run: Run | null): string | null {
  return run && String(run.id);
}
