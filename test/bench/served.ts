import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouseDoor } from "../clickhouse-door.ts";
import { postgresBinaries, startPostgresServer } from "../postgres-server.ts";
import { startServer, type ServerProcess } from "../server-process.ts";

/** Server processes over one PostgreSQL and one ClickHouse interface, each a process of its own on this machine. */
export interface Served {
  start(): Promise<ServerProcess>;
  /** Stops whatever still runs. */
  stop(): Promise<void>;
}

/** `estate`: its folder and what its systems' connections name. Throws where PostgreSQL is not installed. */
export async function openServed(estate: { directory: string; env: Record<string, string> }): Promise<Served> {
  const binaries = postgresBinaries();
  if (!binaries) throw new Error("PostgreSQL is not installed here; put its programs on the PATH.");
  const directory = mkdtempSync(join(tmpdir(), "tieout-served-"));
  const key = join(directory, "audit-key.pem");
  execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", key], { stdio: "ignore" });
  const [postgres, clickhouse] = await Promise.all([startPostgresServer(binaries), startClickHouseDoor()]);
  const env = {
    ...{ ...estate.env, DATABASE_URL: postgres.url, CLICKHOUSE_URL: clickhouse.url, LOG_LEVEL: "warn" },
    ...{ TIEOUT_SECRET: "s".repeat(32), TIEOUT_AUDIT_KEY_FILE: key },
  };
  const started: ServerProcess[] = [];
  return {
    async start() {
      const server = await startServer({ sandbox: false, estate: estate.directory, env });
      started.push(server);
      return server;
    },
    async stop() {
      // One killed on purpose has ended already.
      await Promise.allSettled(started.map((server) => server.stop()));
      await Promise.allSettled([clickhouse.stop(), postgres.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Duties a process does now, as it tells Prometheus. */
export async function dutiesOf({ url }: ServerProcess): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^tieout_lease_held\{lease="([^"]+)"\} 1$/gm)].map(([, name = ""]) => name).sort();
}
