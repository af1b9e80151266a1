import type { Logger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { Metrics } from "../metrics.ts";
import { leasesInForce } from "../store/postgres/leases.ts";
import type { Postgres } from "../store/postgres.ts";
import { holdEverything, holdLeases, type Leases } from "./hold-leases.ts";
import { openNews, type News } from "./news.ts";
import { membersOf } from "./plan-leases.ts";

export interface Processes {
  leases: Leases;
  /** How the others are told; null where there can be none. */
  news: News | null;
  /** Whether another process lived when this one was started. */
  first: boolean;
}

export interface ProcessesDeps {
  postgres: Postgres;
  log: Logger;
  metrics: Metrics;
  /** Whether other processes may work on the same engines. */
  several: boolean;
  vanished(): void;
}

/** Joins the processes on one database, or is the only one. */
export async function openProcesses(deps: ProcessesDeps): Promise<Processes> {
  if (!deps.several) return { leases: holdEverything(deps.metrics), news: null, first: true };
  const holder = uuidv7();
  const first = membersOf(await deps.postgres.ask(leasesInForce, {})).length === 0;
  return { leases: holdLeases({ ...deps, holder }), news: openNews({ ...deps, holder }), first };
}
