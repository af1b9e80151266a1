import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startClickHouseDoor } from "../clickhouse-door.ts";
import { postgresBinaries, startPostgresServer } from "../postgres-server.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import type { Form } from "./injections.ts";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const PRELOADED = new URL("skewed-clock.ts", import.meta.url).href;
/** Of the small disk the data folder is on, where one can be had, in MB. */
const DISK = 768;
/** Characters of what a process printed before it ended. */
const LAST = 3_000;

export interface Seat {
  url: string;
  key: string;
  data: string;
  /** Null while it is dead. */
  server: ServerProcess | null;
  /** Brings its process up over what it left, by the time told. */
  start(signal?: AbortSignal): Promise<void>;
  kill(): Promise<void>;
  /** As an operator stops it; answers the exit code. */
  stop(): Promise<number | null>;
  /**
   * Starts a process that ended by itself again, as its supervisor would, and again where the start fails; answers the
   * last it printed, once.
   */
  tend(): Promise<string | null>;
  /** Its clock is so many milliseconds beside the systems'. */
  skew(milliseconds: number): void;
}

/** The end of what a process printed, or of what is wrong with it. */
export function lastOf(text: string): string {
  return text.slice(-LAST);
}

/** Processes over engines, every one of which may be harmed. */
export interface Installation {
  form: Form;
  seats: readonly Seat[];
  postgres: TcpProxy | null;
  clickhouse: TcpProxy | null;
  /** Where the engines themselves are, past the proxies. */
  engines: { DATABASE_URL?: string; CLICKHOUSE_URL?: string };
  /** Fills the disk the data folder is on, and frees it; null where the folder is on no disk of its own. */
  disk: { fill(): void; free(): void } | null;
  /** Sets every process's clock to the systems'. */
  setClock(now: number): void;
}

export interface Wanted {
  form: Form;
  directory: string;
  estate: string;
  env: Record<string, string>;
  /** Called with each thing to close, in the order of opening; also where a later one fails to open. */
  onEnd(close: () => unknown): void;
}

export async function openInstallation({ form, directory, estate, env, onEnd }: Wanted): Promise<Installation> {
  const engines = form === "served" ? await servedEngines() : null;
  onEnd(() => engines?.stop());
  const keys = { TIEOUT_SECRET: "s".repeat(32), TIEOUT_AUDIT_KEY_FILE: join(directory, "audit-key.pem") };
  execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", keys.TIEOUT_AUDIT_KEY_FILE], {
    stdio: "ignore",
  });
  const disk = form === "embedded" ? smallDisk(join(directory, "disk")) : null;
  onEnd(() => disk?.unmount());
  const key = randomBytes(24).toString("hex");
  let offset = 0;
  const seats: (Seat & { tell(): void })[] = [];
  onEnd(() => Promise.allSettled(seats.map(({ server }) => server?.kill())));
  for (let at = 0; at < (engines ? 2 : 1); at++) {
    const data = disk?.folder ?? join(directory, `data-${at}`);
    mkdirSync(data, { recursive: true });
    const clockFile = join(directory, `clock-${at}`);
    const given = {
      ...{ ...env, ...keys, ...engines?.env, LOG_LEVEL: "warn", FAULTS_CLOCK_FILE: clockFile },
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import ${PRELOADED}`,
    };
    const start = (port: number, signal?: AbortSignal) =>
      startServer({ sandbox: false, estate, data, env: given, port, key, signal });
    seats.push(await seatOf({ data, key, clockFile, offset: () => offset, start }));
  }
  return {
    ...{ form, seats, engines: engines?.own ?? {}, disk },
    ...{ postgres: engines?.postgres ?? null, clickhouse: engines?.clickhouse ?? null },
    setClock(now) {
      offset = now - Date.now();
      seats.forEach((seat) => seat.tell());
    },
  };
}

async function servedEngines() {
  const binaries = postgresBinaries();
  if (!binaries) throw new Error("The served form needs PostgreSQL on this machine, and there is none.");
  const [postgres, clickhouse] = await Promise.all([
    startPostgresServer(binaries),
    startClickHouseDoor({ migrated: true }),
  ]);
  const [toPostgres, toClickHouse] = await Promise.all([openTcpProxy(postgres.url), openTcpProxy(clickhouse.url)]);
  return {
    ...{ postgres: toPostgres, clickhouse: toClickHouse },
    own: { DATABASE_URL: postgres.url, CLICKHOUSE_URL: clickhouse.url },
    env: { DATABASE_URL: toPostgres.url, CLICKHOUSE_URL: toClickHouse.url },
    async stop() {
      await Promise.all([toPostgres.close(), toClickHouse.close()]);
      await Promise.all([postgres.stop(), clickhouse.stop()]);
    },
  };
}

interface SeatParts extends Pick<Seat, "data" | "key"> {
  clockFile: string;
  offset(): number;
  start(port: number, signal?: AbortSignal): Promise<ServerProcess>;
}

async function seatOf({ data, key, clockFile, offset, start }: SeatParts): Promise<Seat & { tell(): void }> {
  // The same port at every start, so that consoles and senders come back to it.
  const port = await freePort();
  let beside = 0;
  let wanted = false;
  const tell = () => writeFileSync(clockFile, String(offset() + beside));
  const seat: Seat & { tell(): void } = {
    ...{ data, key, url: `http://127.0.0.1:${port}`, server: null, tell },
    async start(signal) {
      wanted = true;
      tell();
      seat.server = await start(port, signal);
    },
    async kill() {
      const { server } = seat;
      seat.server = null;
      await server?.kill();
      wanted = false;
    },
    async stop() {
      const { server } = seat;
      seat.server = null;
      const code = (await server?.stop()) ?? null;
      wanted = false;
      return code;
    },
    async tend() {
      const { server } = seat;
      if (server && isAlive(server.pid)) return null;
      seat.server = null;
      const last = server ? lastOf(server.output()) : null;
      // The next look tries once more, as a supervisor does.
      if (wanted) await seat.start().catch(() => {});
      return last;
    },
    skew(milliseconds) {
      beside = milliseconds;
      tell();
    },
  };
  return seat;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A small disk in memory, where this account may mount one. */
function smallDisk(folder: string) {
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK}m`, "none", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  const ballast = join(folder, "ballast");
  return {
    folder: join(folder, "data"),
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      // It writes until there is no room, and fails then.
      const count = Math.ceil((bavail * bsize) / 65_536) + 1;
      spawnSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=64k", `count=${count}`], { stdio: "ignore" });
    },
    free: () => rmSync(ballast, { force: true }),
    unmount: () => execFileSync("umount", ["-l", folder], { stdio: "ignore" }),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Asks until it is so; answers the milliseconds it took, or null where it was not so in time. */
export async function until(isSo: () => Promise<boolean>, within: number): Promise<number | null> {
  const began = performance.now();
  for (;;) {
    if (await isSo().catch(() => false)) return Math.round(performance.now() - began);
    if (performance.now() - began > within) return null;
    await sleep(100);
  }
}
