import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { createChdbConnection, type ChdbConnection } from "chdb/connection";
import { copyEngines } from "./prepared-data.ts";

/** ClickHouse's HTTP interface over the embedded engine, in a process of its own: the served form without a server. */
export interface ClickHouseDoor {
  url: string;
  stop(): Promise<void>;
}

/** Starts a door over a new directory on a free port of loopback, `migrated` or empty; stopping it removes everything. */
export async function startClickHouseDoor({ migrated = false } = {}): Promise<ClickHouseDoor> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-door-"));
  if (migrated) await copyEngines(directory, ["clickhouse"]);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), join(directory, "clickhouse")], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) => resolve(line.toString().trim()));
    child.once("exit", (code) => reject(new Error(`The ClickHouse door ended with ${code} before it listened.`)));
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      child.disconnect();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** URL parameters that are no settings of the engine. */
const NO_SETTINGS = new Set(["query", "query_id", "database", "session_id", "role", "compress", "decompress"]);

async function answer(connection: ChdbConnection, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://door");
  if (url.pathname === "/ping") return void response.end("Ok.\n");
  const packed = await buffer(request);
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed;
  const statement = url.searchParams.get("query") ?? body.toString();
  const clickhouse_settings: Record<string, string> = {};
  const query_params: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (name.startsWith("param_")) query_params[name.slice("param_".length)] = value;
    else if (!NO_SETTINGS.has(name)) clickhouse_settings[name] = value;
  }
  const params = { query: statement, query_params, clickhouse_settings };
  try {
    let result = "";
    if (/FROM input\(/.test(statement)) {
      await insertThroughFile(connection, statement, body, clickhouse_settings);
    } else if (url.searchParams.has("query") && body.length > 0) {
      await connection.insert({ ...params, values: body.toString() });
    } else {
      result = await text((await connection.query(params)).stream);
    }
    const isPacked = String(request.headers["accept-encoding"]).includes("gzip");
    response.writeHead(200, isPacked ? { "Content-Encoding": "gzip" } : {});
    response.end(isPacked ? gzipSync(result) : result);
  } catch (error) {
    const { code, type, message } = error as { code?: string; type?: string; message: string };
    response.writeHead(code === "60" ? 404 : 400, { "X-ClickHouse-Exception-Code": code ?? "1002" });
    response.end(`Code: ${code ?? 1002}. DB::Exception: ${message} (${type ?? "UNKNOWN_EXCEPTION"})`);
  }
}

/** The embedded engine's `input` reads standard input, so what a server would read from the request goes through a file. */
async function insertThroughFile(
  connection: ChdbConnection,
  statement: string,
  body: Buffer,
  clickhouse_settings: Record<string, string>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-door-input-"));
  try {
    const path = join(directory, "body");
    writeFileSync(path, body);
    const [, format = ""] = /\sFORMAT (\w+)\s*$/.exec(statement) ?? [];
    const query = statement.replace(/\sFORMAT \w+\s*$/, "").replace("FROM input(", `FROM file('${path}', ${format}, `);
    await connection.command({ query, clickhouse_settings });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const connection = createChdbConnection({ path: process.argv[2] ?? "" });
  const server = createServer((request, response) => void answer(connection, request, response));
  server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
  process.once("disconnect", () => void connection.close().then(() => process.exit(0)));
}
