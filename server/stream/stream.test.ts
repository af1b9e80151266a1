import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { io } from "socket.io-client";
import { afterEach, describe, expect, it } from "vitest";
import type { Change, Refusal, Snapshot } from "../../schemas/topic.ts";
import type { Actor } from "../context.ts";
import { createMetrics } from "../metrics.ts";
import { createChannel } from "./channel.ts";
import { openSocket } from "./socket.ts";
import { createStream } from "./stream.ts";
import { defineTopic, type Topic } from "./topic.ts";

const log = pino({ level: "silent" });
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const actor = (entities: Actor["entities"], scopes: Actor["scopes"] = ["board:read"]): Actor => ({
  kind: "person",
  id: "p",
  name: "P",
  role: "controller",
  entities,
  scopes,
});

/** A topic over rows the test changes. */
function entityTopic(rows: Record<string, unknown>) {
  return defineTopic({
    name: "flows",
    scope: "board:read",
    params: ["period"],
    ticks: false,
    rows: (params, { entities }) =>
      params.period === "2026-10"
        ? (Object.fromEntries(
            Object.entries(rows).filter(([entity]) => entities === "all" || entities.includes(entity)),
          ) as never)
        : null,
  }) as unknown as Topic;
}

async function serve(topic: Topic, actors: Record<string, Actor>) {
  const metrics = createMetrics();
  const stream = createStream([topic], { log, metrics });
  const http = createServer();
  const socket = openSocket(http, {
    stream,
    metrics,
    actorOf: async (headers) => actors[headers.get("authorization") ?? ""] ?? null,
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => stream.stop(),
    () => socket.close(),
  );
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const connect = async (key: string) => {
    const client = io(url, { extraHeaders: { authorization: key }, transports: ["websocket"], reconnection: false });
    closing.push(() => client.close());
    const changes: Change[] = [];
    client.on("change", (change: Change) => changes.push(change));
    await new Promise<void>((resolve, reject) => {
      client.on("connect", resolve);
      client.on("connect_error", reject);
    });
    const subscribe = (path: string): Promise<Snapshot | Refusal> => client.emitWithAck("subscribe", path);
    return { client, changes, subscribe };
  };
  return { stream, connect };
}

const until = async (condition: () => boolean) => {
  for (let tries = 0; tries < 200 && !condition(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe("createChannel", () => {
  it("numbers changes one by one and sends only what differs", () => {
    const channel = createChannel("flows/2026-10");
    expect(channel.advance({ a: { n: 1 }, b: { n: 1 } })).toMatchObject({ sequence: 1 });
    expect(channel.advance({ a: { n: 1 }, b: { n: 1 } })).toBeNull();
    expect(channel.advance({ a: { n: 2 } })).toEqual({
      topic: "flows/2026-10",
      sequence: 2,
      set: { a: { n: 2 } },
      drop: ["b"],
    });
    expect(channel.snapshot()).toEqual({ topic: "flows/2026-10", sequence: 2, rows: { a: { n: 2 } } });
  });
});

describe("live topics over a socket", () => {
  it("answers a snapshot, then each change once", async () => {
    const rows: Record<string, unknown> = { DE01: { n: 1 } };
    const { stream, connect } = await serve(entityTopic(rows), { all: actor("all") });
    const console = await connect("all");
    expect(await console.subscribe("flows/2026-10")).toMatchObject({ sequence: 1, rows: { DE01: { n: 1 } } });
    rows.DE01 = { n: 2 };
    for (let touches = 0; touches < 10; touches++) stream.touch("flows");
    await until(() => console.changes.length > 0);
    expect(console.changes).toEqual([{ topic: "flows/2026-10", sequence: 2, set: { DE01: { n: 2 } }, drop: [] }]);
  });

  it("shows each person only their entities", async () => {
    const rows: Record<string, unknown> = { DE01: { n: 1 }, US01: { n: 1 } };
    const { stream, connect } = await serve(entityTopic(rows), { de: actor(["DE01"]), all: actor("all") });
    const german = await connect("de");
    const group = await connect("all");
    expect(await german.subscribe("flows/2026-10")).toMatchObject({ rows: { DE01: { n: 1 } } });
    await group.subscribe("flows/2026-10");
    rows.US01 = { n: 2 };
    stream.touch("flows");
    await until(() => group.changes.length > 0);
    expect(group.changes).toHaveLength(1);
    expect(german.changes).toEqual([]);
  });

  it("draws rows that keep to periods for each who is limited, and shuts other topics to them", async () => {
    const rows = { a: { period: "2026-09" }, b: { period: "2026-10" } };
    const keeping = { ...entityTopic({}), name: "breaks", params: [], byPeriods: true } as unknown as Topic;
    keeping.rows = (_params, { periods }) =>
      Object.fromEntries(
        Object.entries(rows).filter(([, { period }]) => !periods || periods.includes(period)),
      ) as never;
    const limited = { ...actor("all"), periods: ["2026-09"] };
    const { connect } = await serve(keeping, { all: actor("all"), limited });
    const whole = await connect("all");
    const part = await connect("limited");
    expect(await whole.subscribe("breaks")).toMatchObject({ rows });
    expect(await part.subscribe("breaks")).toMatchObject({ rows: { a: rows.a } });
    const { connect: elsewhere } = await serve(entityTopic({ DE01: {} }), { limited });
    expect(await (await elsewhere("limited")).subscribe("flows/2026-10")).toEqual({
      refused: "This tells of periods you may not see.",
    });
  });

  it("refuses strangers, topics nobody declared, and those who may not", async () => {
    const { connect } = await serve(entityTopic({}), { key: actor("all", ["ingest:write"]) });
    await expect(connect("stranger")).rejects.toThrow("not-signed-in");
    const key = await connect("key");
    expect(await key.subscribe("flows/2026-10")).toEqual({ refused: "You may not see this." });
    expect(await key.subscribe("secrets")).toEqual({ refused: 'There is no live topic "secrets".' });
  });
});
