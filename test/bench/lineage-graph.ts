import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { openClickHouse } from "../../server/store/clickhouse.ts";
import { writePushedEstate } from "../pushed-estate.ts";
import { startServer, type ServerProcess } from "../server-process.ts";

export const SIZE = { datasets: 100_000, jobs: 200_000, steps: 1_000_000 };
const LAYERS = 10;
export const DEPENDANTS = 10_000;
/** The first sighting there is, in epoch seconds; steps begin within a year from it. */
export const BEGINNING = 1_735_689_600;
const YEAR_DAYS = 365;

/**
 * A server over a graph of a million steps: datasets in ten layers, each job reading three of one and writing two of
 * the next near them; every step seen twice, thirty days apart, from some day of a year on, and each job having told all
 * it reads and writes. Beside it a source that 5,000 jobs make 5,000 datasets of.
 */
export async function startOverLineage(): Promise<{ server: ServerProcess; stop(): Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), "tieout-lineage-bench-"));
  const estate = writePushedEstate();
  const clickhouse = await openClickHouse({ directory: join(data, "clickhouse") });
  await migrateClickHouse(clickhouse);
  const perLayer = SIZE.datasets / LAYERS;
  const jobsPerLayer = SIZE.jobs / LAYERS;
  const dataset = (layer: string, place: string) =>
    `concat('dataset:warehouse://bench:l', toString(${layer}), '.t', toString(${place} % ${perLayer}))`;
  const job = (number: string) => `concat('job:airflow://bench:load_', toString(${number}))`;
  const layer = `intDiv(job, ${jobsPerLayer})`;
  const place = `intDiv(job % ${jobsPerLayer}, 2)`;
  await clickhouse.command(
    inserted(
      `SELECT intDiv(number, 5) AS job, number % 5 AS k, number AS seed,
        if(k < 3, ${dataset(layer, `(${place} + k * 3)`)}, ${job("job")}) AS origin,
        if(k < 3, ${job("job")}, ${dataset(`${layer} + 1`, `(${place} + k)`)}) AS destination, 'io' AS how
      FROM numbers(${SIZE.steps})`,
    ),
  );
  await clickhouse.command(
    inserted(
      `SELECT intDiv(number, 2) AS job, number AS seed, '' AS origin, ${job("job")} AS destination,
        if(number % 2 = 0, 'told-inputs', 'told-outputs') AS how FROM numbers(${SIZE.jobs * 2})`,
    ),
  );
  await clickhouse.command(
    inserted(
      `SELECT intDiv(number, 2) AS job, number AS seed,
        if(number % 2 = 0, 'dataset:erp://bench:SOURCE', concat('job:fan://bench:', toString(job))) AS origin,
        if(number % 2 = 0, concat('job:fan://bench:', toString(job)), concat('dataset:fan://bench:', toString(job))) AS destination,
        'io' AS how FROM numbers(${DEPENDANTS})`,
    ),
  );
  await clickhouse.close();
  const server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env, data });
  return {
    server,
    async stop() {
      await server.stop();
      await rm(data, { recursive: true, force: true });
      await rm(estate.directory, { recursive: true, force: true });
    },
  };
}

/** What a SELECT of origin, destination, how and seed makes of the table, seen on two days and known two hours later. */
function inserted(select: string): string {
  return `INSERT INTO lineage_steps (origin, destination, how, via, producer, day, first, soonest, latest)
    SELECT origin, destination, how, '', 'bench', toDate(at), (at, at + 7200), (at + 7200, at),
      (at, -toUnixTimestamp64Milli(at + 7200))
    FROM (${select})
    ARRAY JOIN arrayMap(
      later -> toDateTime64(${BEGINNING} + ((seed * 7919) % ${YEAR_DAYS} + later) * 86400, 3, 'UTC'), [0, 30]
    ) AS at
    SETTINGS max_memory_usage = 4000000000`;
}

/** A dataset in the middle and an instant of the year after the beginning; the same for the same number. */
export function questionOf(count: number): { focus: string; at: string } {
  const place = (count * 7_919) % (SIZE.datasets / LAYERS);
  const layer = 2 + (count % 6);
  const at = new Date((BEGINNING + (((count * 104_729) % (YEAR_DAYS + 60)) + 30) * 86_400) * 1000).toISOString();
  return { focus: `dataset:warehouse://bench:l${layer}.t${place}`, at };
}
