import { createServer } from "node:http";
import type { AddressInfo, Socket as NetSocket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { io, type Socket } from "socket.io-client";
import { afterEach, expect, test } from "vitest";
import type { Change, Snapshot } from "../../schemas/topic.ts";
import type { Actor } from "../context.ts";
import { createMetrics } from "../metrics.ts";
import type { PaceLimits } from "./paced-console.ts";
import { openSocket } from "./socket.ts";
import { createStream } from "./stream.ts";
import { defineTopic, type Topic } from "./topic.ts";

const ACTOR = { id: "p", kind: "person", name: "P", role: "cfo", entities: "all", scopes: ["board:read"] } as const;
const TOPIC = "flows/2026-10";
/** What one change weighs: more than any system holds for a connection after a few dozen. */
const WEIGHT = 256 * 1024;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A topic of one heavy row behind a real socket, and consoles that may stop reading. */
async function serve(pace: PaceLimits) {
  let number = 0;
  const topic = defineTopic({
    ...{ name: "flows", scope: "board:read", params: ["period"], ticks: false },
    rows: () => ({ row: { number, text: "x".repeat(WEIGHT) } }) as never,
  });
  const metrics = createMetrics();
  const stream = createStream([topic as unknown as Topic], { log: pino({ level: "silent" }), metrics });
  const http = createServer();
  const door = openSocket(http, { stream, metrics, pace, actorOf: async () => ACTOR as unknown as Actor });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  closing.push(() => door.close(), stream.stop);
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const open = async () => {
    const client = io(url, { transports: ["websocket"], reconnection: false, forceNew: true });
    closing.push(() => client.close());
    const changes: Change[] = [];
    client.on("change", (change: Change) => changes.push(change));
    await new Promise<void>((resolve) => client.on("connect", () => resolve()));
    const subscribe = async () => (await client.emitWithAck("subscribe", TOPIC)) as Snapshot;
    await subscribe();
    return { client, changes, subscribe, wire: wireOf(client) };
  };
  /** Changes so many times, each change sent on its own. */
  const change = async (times: number, seen: { changes: Change[] }) => {
    for (const until = number + times; number < until;) {
      const before = seen.changes.length;
      number += 1;
      stream.touch("flows");
      await waitFor(() => seen.changes.length > before);
    }
  };
  const slow = async () => (await metrics.liveSlow.get()).values.map(({ labels, value }) => `${labels.what} ${value}`);
  return { open, change, slow, number: () => number };
}

/** The connection below a console, which its own side can leave unread. */
function wireOf(client: Socket): NetSocket {
  const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: NetSocket } } };
  return transport.ws._socket;
}

async function waitFor(isSo: () => boolean): Promise<void> {
  for (const until = performance.now() + 60_000; !isSo(); await sleep(5)) {
    if (performance.now() > until) throw new Error("It was not so within a minute.");
  }
}

test("a console that stops reading holds up nobody, and is shown the rows anew when it reads on", async () => {
  const { open, change, slow, number } = await serve({ maxWaiting: WEIGHT, patience: 60_000 });
  const [quick, lazy] = [await open(), await open()];
  lazy.wire.pause();
  await change(60, quick);
  expect(quick.changes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 60 }, (_, at) => at + 2));
  lazy.wire.resume();
  await waitFor(() => Object.keys(lazy.changes.at(-1)?.set ?? { row: 1 }).length === 0);
  const [last, before] = [lazy.changes.at(-1)!, lazy.changes.at(-2)!];
  expect(last.sequence).toBeGreaterThan(before.sequence + 1);
  expect(lazy.changes.length).toBeLessThan(60);
  expect((await lazy.subscribe()).rows).toMatchObject({ row: { number: number() } });
  expect(await slow()).toEqual(["passed-over 1"]);
  await change(1, lazy);
  expect(lazy.changes.at(-1)?.set).toMatchObject({ row: { number: number() } });
}, 120_000);

test("a console that reads nothing for long is cut off", async () => {
  const { open, change, slow } = await serve({ maxWaiting: WEIGHT, patience: 100 });
  const [quick, dead] = [await open(), await open()];
  dead.wire.pause();
  await change(60, quick);
  await waitFor(() => quick.client.connected);
  dead.wire.resume();
  await waitFor(() => !dead.client.connected);
  expect(await slow()).toContain("cut-off 1");
}, 120_000);
