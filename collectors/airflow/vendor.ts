import * as z from "zod";

/** What the REST API answers. Source: apache/airflow-client-python, spec v1 (2.9.0) and v2 (3.2.1). */

/** Marks a run that was stopped through Tieout: Airflow has no state for it. */
export const CANCELLED = "Cancelled by Tieout";

const Time = z.iso.datetime({ offset: true }).nullish();

export const DagRun = z.looseObject({
  dag_id: z.string().min(1),
  dag_run_id: z.string().min(1),
  state: z.string().min(1),
  run_type: z.string().optional(),
  /** Airflow 3. */
  run_after: Time,
  queued_at: Time,
  /** Airflow 2 calls `execution_date` what Airflow 3 calls `logical_date`. */
  execution_date: Time,
  logical_date: Time,
  start_date: Time,
  end_date: Time,
  conf: z.record(z.string(), z.unknown()).nullish(),
  note: z.string().nullish(),
});
export type DagRun = z.infer<typeof DagRun>;

export const DagRunPage = z.looseObject({ dag_runs: z.array(DagRun), total_entries: z.int() });
export const DagPage = z.looseObject({
  dags: z.array(z.looseObject({ dag_id: z.string(), is_paused: z.boolean().nullish() })),
  total_entries: z.int(),
});

export const TaskPage = z.looseObject({
  task_instances: z.array(
    z.looseObject({ task_id: z.string(), state: z.string().nullish(), try_number: z.int().nullish() }),
  ),
});
export type Task = z.infer<typeof TaskPage>["task_instances"][number];

/** The vendor's own key of a run: neither part is unique alone. */
export function runKeyOf({ dag_id, dag_run_id }: Pick<DagRun, "dag_id" | "dag_run_id">): string {
  return `${dag_id}/${dag_run_id}`;
}

/** A `dag_id` has no slash; a run id may. */
export function partsOf(key: string): { dag: string; run: string } {
  const [dag = "", ...rest] = key.split("/");
  return { dag, run: rest.join("/") };
}
