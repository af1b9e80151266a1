import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migratePostgres } from "../server/store/migrate-postgres.ts";
import { openPostgres, type Postgres } from "../server/store/postgres.ts";
import { copyEngines } from "./prepared-data.ts";
import { postgresBinaries, startPostgresServer } from "./postgres-server.ts";

export interface OpenedEngine {
  postgres: Postgres;
  /** Where more connections to the same tables may be opened; null on the embedded engine. */
  url: string | null;
  directory: string;
  stop(): Promise<void>;
}

/** The engines this machine has: the embedded one always, a real server where PostgreSQL is installed. */
export const POSTGRES_ENGINES: { engine: string; open(): Promise<OpenedEngine> }[] = [
  { engine: "embedded", open: openEmbedded },
  ...servers(),
];

function servers() {
  const binaries = postgresBinaries();
  return binaries ? [{ engine: "server", open: () => openServer(binaries) }] : [];
}

async function openEmbedded(): Promise<OpenedEngine> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-test-"));
  await copyEngines(directory, ["postgres"]);
  const postgres = await openPostgres({ directory: join(directory, "postgres") });
  return {
    postgres,
    url: null,
    directory,
    async stop() {
      await postgres.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function openServer(binaries: string): Promise<OpenedEngine> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-test-"));
  const server = await startPostgresServer(binaries);
  const postgres = await openPostgres({ url: server.url });
  await migratePostgres(postgres);
  return {
    postgres,
    url: server.url,
    directory,
    async stop() {
      await postgres.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
