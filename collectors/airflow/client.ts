import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { tokenGrant } from "../oauth.ts";
import { nextOffset, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { CANCELLED, DagPage, DagRun, DagRunPage, partsOf, TaskPage, type Task } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** The REST API as far as it is used. `connection`: url without `/api`, user, password. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const signed = basic(user, password);
  const door = { tools, budget: createBudget({ perSecond: settings.requestsPerSecond }, tools) };
  const secrets = signed.secrets;
  const form = () => ({ username: user, password });
  const byToken = (settings.signIn ?? (settings.api === "v2" ? "token" : "basic")) === "token";
  const authorize = byToken
    ? tokenGrant({
        ...{ http: createHttp({ ...door, baseUrl: url, secrets }), path: "/auth/token", as: "json" },
        ...{ form, clock: tools.clock },
      })
    : signed;
  const http = createHttp({ ...door, baseUrl: `${url.replace(/\/+$/, "")}/api/${settings.api}`, authorize, secrets });
  const path = (key: string) => {
    const { dag, run } = partsOf(key);
    return `/dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(run)}`;
  };

  return {
    now: http.vendorNow,
    /**
     * DAG runs that changed between two instants, the latest change first: a run that changes while pages are turned
     * moves to the front and shifts others onto the next page, so none is passed over.
     */
    changed: (from: string, to: string) =>
      pages({
        ask: (offset) =>
          http.get("/dags/~/dagRuns", DagRunPage, {
            query: {
              ...{ updated_at_gte: from, updated_at_lte: to, order_by: "-updated_at" },
              ...{ limit: settings.pageSize, offset: offset ?? 0 },
            },
          }),
        rows: (page) => page.dag_runs,
        // The server may clamp the page, so its size says nothing about the end.
        next: (page, read) =>
          nextOffset({ rows: page.dag_runs.length, size: settings.pageSize, read, total: page.total_entries }),
      }),
    dags: () =>
      pages({
        ask: (offset) => http.get("/dags", DagPage, { query: { limit: settings.pageSize, offset: offset ?? 0 } }),
        rows: (page) => page.dags,
        next: (page, read) =>
          nextOffset({ rows: page.dags.length, size: settings.pageSize, read, total: page.total_entries }),
      }),
    /** One run, or null where there is none. */
    async run(key: string): Promise<DagRun | null> {
      const answer = await http.send("GET", path(key), { also: [404] });
      return answer.status === 404 ? null : http.read(answer, DagRun, "GET /dags/~/dagRuns");
    },
    failedTasks: async (key: string): Promise<Task[]> =>
      (await http.get(`${path(key)}/taskInstances`, TaskPage, { query: { state: "failed", limit: 100 } }))
        .task_instances,
    /** A task's log as text; empty where the server keeps it no longer. */
    async log(key: string, { task_id, try_number }: Task): Promise<string> {
      const place = `${path(key)}/taskInstances/${encodeURIComponent(task_id)}/logs/${Math.max(1, try_number ?? 1)}`;
      const answer = await http.send("GET", place, { headers: { accept: "text/plain" }, also: [404] });
      return answer.status === 404 ? "" : answer.text;
    },
    /** Starts a run under an id of ours; false where a run of that id exists already. */
    async start(dag: string, runId: string, conf: Record<string, string>): Promise<boolean> {
      const dated = settings.api === "v2" ? { logical_date: null } : {};
      const json = { dag_run_id: runId, conf, ...dated };
      const answer = await http.send("POST", `/dags/${encodeURIComponent(dag)}/dagRuns`, { json, also: [409] });
      return answer.status !== 409;
    },
    async cancel(key: string): Promise<void> {
      if (settings.api === "v1") await http.send("PATCH", `${path(key)}/setNote`, { json: { note: CANCELLED } });
      const note = settings.api === "v2" ? { note: CANCELLED } : {};
      await http.send("PATCH", path(key), { json: { state: "failed", ...note } });
    },
    /** Clears a run's tasks, so that the same run begins anew. `dry_run` is true unless told otherwise. */
    async clear(key: string, onlyFailed: boolean): Promise<void> {
      const { dag, run } = partsOf(key);
      const json = { dry_run: false, dag_run_id: run, only_failed: onlyFailed, reset_dag_runs: true };
      await http.send("POST", `/dags/${encodeURIComponent(dag)}/clearTaskInstances`, { json });
    },
  };
}
