import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, chownSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";

export interface PostgresServer {
  url: string;
  stop(): Promise<void>;
}

/** The folder PostgreSQL's programs are in, by PATH or by pg_config; null where it is not installed. */
export function postgresBinaries(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const config = folders.map((folder) => join(folder, "pg_config")).find((file) => existsSync(file));
  if (config) folders.unshift(execFileSync(config, ["--bindir"], { encoding: "utf8" }).trim());
  return folders.find((folder) => existsSync(join(folder, "postgres")) && existsSync(join(folder, "initdb"))) ?? null;
}

/** Starts a real server over a new directory on a free port of loopback; stopping it removes everything. */
export async function startPostgresServer(binaries: string): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-postgres-"));
  const owner = unprivileged();
  if (owner) chownSync(directory, owner.uid, owner.gid);
  const data = join(directory, "data");
  const options = { ...owner, cwd: directory, stdio: "ignore" as const };
  execFileSync(join(binaries, "initdb"), ["-D", data, "-U", "tieout", "-A", "trust", "-E", "UTF8", "-N"], options);
  const port = await freePort();
  const settings = ["fsync=off", "listen_addresses=127.0.0.1", `port=${port}`, `unix_socket_directories=${directory}`];
  const server = spawn(
    join(binaries, "postgres"),
    ["-D", data, ...settings.flatMap((setting) => ["-c", setting])],
    options,
  );
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const url = `postgresql://tieout@127.0.0.1:${port}/postgres`;
  await answering(url);
  return {
    url,
    async stop() {
      server.kill("SIGINT");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: then its own account is used, or nobody. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const account of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) => Number(execFileSync("id", [flag, account], { encoding: "utf8", stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      continue;
    }
  }
  throw new Error("PostgreSQL cannot run as root, and there is neither a postgres nor a nobody account.");
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`The temporary PostgreSQL server at ${url} did not answer within 10 seconds.`);
}
