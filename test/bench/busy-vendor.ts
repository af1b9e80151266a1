import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Airflow's API for many systems in one process, fast enough not to be what is measured: each job of each system runs once
 * every `EVERY` for `LASTS`, at its own place in between. Prints its port.
 */
const EVERY = 300_000;
const LASTS = 40_000;
const JOBS = Number(process.argv[2] ?? 25);

const iso = (at: number) => new Date(at).toISOString();

/** The run of a job that began last, at an instant, if it changed since. */
function runOf(system: number, job: number, from: number, to: number) {
  const place = ((system * 7919 + job * 104_729) % 1000) * (EVERY / 1000);
  const began = Math.floor((to - place) / EVERY) * EVERY + place;
  const ended = began + LASTS <= to ? began + LASTS : null;
  if (Math.max(began, ended ?? 0) < from) return [];
  return [
    {
      ...{ dag_id: `job_${job}`, dag_run_id: `scheduled__${began}`, state: ended ? "success" : "running" },
      ...{ queued_at: iso(began), start_date: iso(began + 1), end_date: ended && iso(ended), conf: {} },
    },
  ];
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://vendor");
  const system = Number(/^\/(\d+)\//.exec(url.pathname)?.[1] ?? 0);
  response.setHeader("content-type", "application/json");
  if (url.pathname.endsWith("/auth/token")) return void response.end('{"access_token":"bench-token-of-a-vendor"}');
  const [from, to] = ["updated_at_gte", "updated_at_lte"].map((key) => Date.parse(url.searchParams.get(key) ?? ""));
  const runs = Array.from({ length: JOBS }, (_, job) =>
    runOf(system, job, from ?? 0, Math.min(to ?? 0, Date.now())),
  ).flat();
  response.end(JSON.stringify({ dag_runs: runs, total_entries: runs.length }));
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.once("disconnect", () => process.exit(0));
