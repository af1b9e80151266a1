import { defineCollector, VendorError, type SystemOf, type Tools, type TriggerInput } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import { runIdOf } from "../run-id.ts";
import { readWindow, type RunWindow, type WindowCursor } from "../run-window.ts";
import { createClient, type Client } from "./client.ts";
import { changedAt, dagRunEvents, isOpen } from "./map.ts";
import { Settings } from "./settings.ts";
import { partsOf, runKeyOf, type DagRun } from "./vendor.ts";

/** Apache Airflow: DAG runs of Airflow 2 and 3. */
export const airflow = defineCollector<typeof Settings, WindowCursor>({
  id: "airflow",
  title: "Apache Airflow",
  capabilities: ["list-jobs", "list-runs", "trigger", "rerun", "rerun-from-failure", "cancel"],
  settings: Settings,
  connection: {
    url: "the address of the webserver or API server, without /api",
    user: "a user with the role Viewer, or Op where runs are started",
    password: "that user's password",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: async (cursor) => {
        const { rows: _, ...pull } = await readWindow(cursor, runWindow(client, system, tools));
        return pull;
      },
      trigger: (input) => trigger(client, system, input),
      cancel: (key) => client.cancel(key),
      async rerun(key, { fromFailure }) {
        await client.clear(key, fromFailure);
        return { ...named(system.namespace, key), adopted: false };
      },
    };
  },
});

function runWindow(client: Client, { namespace, settings }: SystemOf<Settings>, { log }: Tools): RunWindow<DagRun> {
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, sliceHours: 24 * 7 },
    // The list is by change, so an open run is on it again when there is something new.
    list: client.changed,
    sight: (run) => ({
      ...{ key: runKeyOf(run), changedAt: changedAt(run), open: isOpen(run) },
      version: `${run.state} ${run.queued_at} ${run.start_date} ${run.end_date} ${run.note ?? ""}`,
    }),
    async events(run) {
      const failed = run.state === "failed" ? await client.failedTasks(runKeyOf(run)) : [];
      const told = failed.map(async (task) => ({ task: task.task_id, log: await client.log(runKeyOf(run), task) }));
      return dagRunEvents(run, await Promise.all(told), { namespace, settings });
    },
    gap(from, to) {
      log.warn({ from, to }, "DAG runs expired before they were read");
      return gapEvent({ collector: "airflow", namespace, history: "DAG runs", from, to });
    },
  };
}

/** The run's id is chosen by us, so a second start of the same request finds the first. */
async function trigger(client: Client, { namespace, settings }: SystemOf<Settings>, input: TriggerInput) {
  if (!jobNamed(settings.jobs, input.job)) {
    throw new VendorError("refused", `No DAG "${input.job}" is declared in the settings.`);
  }
  const { period, entity, ...other } = input.parameters;
  const conf = {
    ...other,
    ...(period && { [settings.conf.period]: period }),
    ...(entity && { [settings.conf.entity]: entity }),
  };
  const started = await client.start(input.job, `tieout__${input.idempotencyKey}`, conf);
  return { ...named(namespace, `${input.job}/tieout__${input.idempotencyKey}`), adopted: !started };
}

function named(namespace: string, key: string) {
  return { vendorRunKey: key, runId: runIdOf(namespace, key), jobName: partsOf(key).dag };
}

async function checked(client: Client, settings: Settings) {
  const dags = await allRows(client.dags());
  const declared = dags.filter(({ dag_id }) => jobNamed(settings.jobs, dag_id));
  const paused = declared.filter(({ is_paused }) => is_paused);
  return {
    sees: [`${dags.length} DAGs, ${declared.length} of them declared`],
    warnings: [
      ...(declared.length === 0 ? ["no DAG has a name the settings declare"] : []),
      ...paused.map(({ dag_id }) => `DAG ${dag_id} is paused: it starts by nothing but hand`),
    ],
  };
}
