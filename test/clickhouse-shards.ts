import { libchdbPath } from "chdb/libchdb";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DataType, load, open } from "ffi-rs";

/** Servers of a cluster, each a shard; what one is told ON CLUSTER all of them do. */
export interface ClickHouseShards {
  cluster: string;
  /** Where the shards are spoken to as any server of a cluster is. */
  url: string;
  /** Where one of them is spoken to alone. */
  servers: string[];
  /** Ends one of them as a failing machine would. */
  end(shard: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts real servers: the library of the embedded engine listens as `clickhouse local` does, over HTTP and the protocol by
 * which servers ask each other. Each is a process with a folder of its own. What needs a Keeper is not there: `url` has each
 * server do what is told ON CLUSTER, and makes tables that would be replicated without.
 */
export async function startClickHouseShards(count: number): Promise<ClickHouseShards> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-shards-"));
  const ports = await freePorts(2 * count);
  const shards = Array.from({ length: count }, (_, at) => ({ tcp: ports[2 * at]!, http: ports[2 * at + 1]! }));
  const children = shards.map((shard, at) => {
    const place = join(directory, `shard-${at + 1}`);
    mkdirSync(place);
    writeFileSync(join(place, "config.xml"), configuration(shards, at));
    return spawn(process.execPath, [fileURLToPath(import.meta.url), place], { stdio: ["pipe", "ignore", "inherit"] });
  });
  const exits = children.map((child) => once(child, "exit"));
  const servers = shards.map(({ http }) => `http://127.0.0.1:${http}/`);
  await Promise.all(servers.map((url, at) => listening(url, () => children[at]!.exitCode)));
  // Questions come with what they ask for in their address.
  const door = createServer(
    { maxHeaderSize: 1024 * 1024 },
    (request, response) => void answer(servers, request, response),
  );
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  return {
    cluster: CLUSTER,
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}/`,
    servers,
    async end(shard) {
      children[shard]!.kill("SIGKILL");
      await exits[shard];
    },
    async stop() {
      door.closeAllConnections();
      door.close();
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(exits);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const CLUSTER = "tieout";

function configuration(shards: readonly { tcp: number; http: number }[], own: number): string {
  const each = shards.map(
    ({ tcp }) => `<shard>
      <internal_replication>true</internal_replication>
      <replica><host>127.0.0.1</host><port>${tcp}</port></replica>
    </shard>`,
  );
  return `<clickhouse>
    <tcp_port>${shards[own]!.tcp}</tcp_port>
    <http_port>${shards[own]!.http}</http_port>
    <remote_servers><${CLUSTER}>${each.join("\n")}</${CLUSTER}></remote_servers>
  </clickhouse>\n`;
}

async function freePorts(count: number): Promise<number[]> {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = createSocketServer().listen(0, "127.0.0.1");
      await once(socket, "listening");
      return socket;
    }),
  );
  const ports = sockets.map((socket) => (socket.address() as AddressInfo).port);
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.close(resolve))));
  return ports;
}

async function listening(url: string, ended: () => number | null): Promise<void> {
  while (!(await fetch(`${url}ping`).catch(() => null))?.ok) {
    if (ended() !== null) throw new Error(`A ClickHouse server ended with ${ended()} before it listened.`);
    await sleep(100);
  }
}

/** Passes a request on to the first server; one ON CLUSTER to all, each as if it were told it alone. */
async function answer(servers: readonly string[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "POST", url = "/", headers } = request;
  const body = await buffer(request);
  const isForAll = ON_CLUSTER.test(body.toString());
  const alone = isForAll ? body.toString().replace(ON_CLUSTER, "").replace(REPLICATED, "$1") : body;
  const sent = { method, headers: encodingOf(headers), ...(method === "GET" ? {} : { body: alone }) };
  try {
    // The servers read the whole of it, though none does it so.
    let answered = isForAll ? await formatted(servers[0]!, body.toString()) : null;
    for (const server of isForAll ? servers : servers.slice(0, 1)) {
      if (answered && !answered.ok) break;
      answered = await fetch(new URL(url, server), sent);
    }
    const code = answered!.headers.get("x-clickhouse-exception-code");
    response.writeHead(answered!.status, code ? { "X-ClickHouse-Exception-Code": code } : {});
    response.end(Buffer.from(await answered!.arrayBuffer()));
  } catch (error) {
    response.writeHead(502).end(String(error));
  }
}

function encodingOf({ "content-encoding": encoding }: IncomingMessage["headers"]): Record<string, string> {
  return encoding ? { "Content-Encoding": encoding } : {};
}

/** Asks an engine's own parser to read a statement. */
async function formatted(server: string, statement: string): Promise<Response> {
  const quoted = statement.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return fetch(server, { method: "POST", body: `SELECT formatQuery('${quoted}')` });
}

const ON_CLUSTER = /\bON CLUSTER '\w+'/;
const REPLICATED = /(\bENGINE = )Replicated/;

/** Runs until its standard input ends, which it does with whoever started it; nothing after this is reached before. */
function serve(place: string): void {
  open({ library: "chdb", path: libchdbPath() });
  const words = [
    ...["clickhouse", "--config-file", join(place, "config.xml"), "--path", join(place, "data")],
    ...["--listen_host", "127.0.0.1", "--query"],
    "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT count() FROM file('-', LineAsString, 'line String')",
  ];
  load({
    library: "chdb",
    funcName: "query_stable_v2",
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [words.length, words],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(process.argv[2] ?? "");
