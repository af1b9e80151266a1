import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyEngines } from "./prepared-data.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** A full start with the demo's history played in must fit this many milliseconds, even on a loaded machine. */
const READY_WITHIN = 240_000;
const STOP_WITHIN = 20_000;

export interface ServerProcess {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** An API key with every scope. */
  key: string;
  pid: number;
  data: string;
  /** Milliseconds from spawning the process until `/readyz` said so. */
  readyAfter: number;
  /** Everything printed so far. */
  output(): string;
  /** A request with the key. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** SIGTERM, then waits for the end and removes the data unless it was the caller's. Answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a power cut would; the data stays. */
  kill(): Promise<void>;
}

export interface ServerOptions {
  /** The demo's systems are played. */
  sandbox: boolean;
  estate?: string;
  /** Kept afterwards when given; a temporary folder otherwise. */
  data?: string;
  /** Engines in process are made by the start, as on a new machine; otherwise those the folder lacks are copied into it. */
  fromNothing?: boolean;
  env?: Record<string, string>;
  /** The port to listen on; a free one by default. */
  port?: number;
  /** The key with every scope; a new one by default. */
  key?: string;
  /** Ends it as a power cut would while it starts. */
  signal?: AbortSignal;
}

/** Starts `server/main.ts` as `npm start` would, on a free port, and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), "tieout-")));
  await prepareEngines(data, options);
  const key = options.key ?? randomBytes(24).toString("hex");
  const port = String(options.port ?? 0);
  const begun = performance.now();
  const child = spawn(process.execPath, ["server/main.ts", "--port", port, "--data", data, ...flags(options)], {
    cwd: ROOT,
    env: { ...process.env, ...options.env, TIEOUT_ADMIN_KEY: key },
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.signal ? { signal: options.signal, killSignal: "SIGKILL" as const } : {}),
  });
  // An end that was asked for is told as one; what else is wrong shows in the output and the exit.
  child.on("error", () => {});
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.on("close", done));
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      const how = child.signalCode ?? `code ${child.exitCode}`;
      throw new Error(`The server had ended by itself, with ${how}:\n${output.slice(-8_000)}`);
    }
    child.kill(signal);
    const code = await Promise.race([ended, sleep(STOP_WITHIN, "late" as const, { ref: false })]);
    if (code !== "late") return code;
    child.kill("SIGKILL");
    throw new Error(`The server did not stop within ${STOP_WITHIN} ms of ${signal}.\n${output}`);
  };

  const url = await ready(
    () => output,
    () => child.exitCode !== null || child.signalCode !== null,
  ).catch(async (error: unknown) => {
    child.kill("SIGKILL");
    await ended;
    throw error;
  });
  return {
    url,
    key,
    pid: child.pid ?? 0,
    data,
    readyAfter: performance.now() - begun,
    output: () => output,
    ask: (path, init = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } }),
    async stop() {
      const code = await end("SIGTERM");
      if (!options.data) await rm(data, { recursive: true, force: true });
      return code;
    },
    kill: async () => void (await end("SIGKILL")),
  };
}

/** Engines in process stand in the folder already, unless they are to be made by the start itself. */
async function prepareEngines(data: string, { env = {}, fromNothing }: ServerOptions): Promise<void> {
  const given = { clickhouse: env.CLICKHOUSE_URL, postgres: env.DATABASE_URL };
  const lacking = (["clickhouse", "postgres"] as const).filter((name) => !given[name] && !existsSync(join(data, name)));
  if (!fromNothing && lacking.length > 0) await copyEngines(data, lacking);
}

function flags(options: ServerOptions): string[] {
  return [...(options.sandbox ? [] : ["--no-sandbox"]), ...(options.estate ? ["--estate", options.estate] : [])];
}

/** Waits for the printed address, then for `/readyz` behind it. */
async function ready(output: () => string, ended: () => boolean): Promise<string> {
  const deadline = performance.now() + READY_WITHIN;
  while (performance.now() < deadline) {
    if (ended()) throw new Error(`The server ended before it was ready:\n${output()}`);
    const url = /https?:\/\/[\w.[\]:-]*:\d+/.exec(output())?.[0];
    if (url && (await answers(`${url}/readyz`))) return url;
    await sleep(50);
  }
  throw new Error(`The server was not ready within ${READY_WITHIN} ms:\n${output()}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
