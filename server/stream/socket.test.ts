import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "../context.ts";
import { createMetrics } from "../metrics.ts";
import { openSocket, type SocketDoor } from "./socket.ts";
import { createStream } from "./stream.ts";

const http = createServer();
const clients: Socket[] = [];
let door: SocketDoor;
let actor: Actor | null;
let url: string;
/** What a connection's session has become, by the name it connected under. */
let later = new Map<string, Actor | null>();

beforeAll(async () => {
  const metrics = createMetrics();
  const stream = createStream([], { log: pino({ level: "silent" }), metrics });
  door = openSocket(http, { stream, metrics, actorOf: async (headers) => sessionOf(headers.get("x-tab") ?? "") });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await door.close();
});

function sessionOf(tab: string): Actor | null {
  return later.has(tab) ? (later.get(tab) ?? null) : actor;
}

function connect(origin: string | null, transports: string[], tab = ""): Socket {
  const extraHeaders = { "x-tab": tab, ...(origin ? { origin } : {}) };
  const client = io(url, { transports, forceNew: true, reconnection: false, extraHeaders });
  clients.push(client);
  return client;
}
const outcome = (client: Socket) =>
  new Promise<string>((said) => {
    client.once("connect", () => said("connected"));
    client.once("connect_error", () => said("refused"));
  });
const person = (over: Partial<Actor> = {}): Actor => {
  return { kind: "person", id: "p", name: "P", role: "controller", entities: "all", scopes: ["board:read"], ...over };
};

test.each([["websocket"], ["polling"]])(
  "a page of another site gets no connection by %s, even with the cookie",
  async (transport) => {
    actor = person();
    for (const origin of ["https://evil.example", "null", `${url}.evil.example`, "not an address"])
      expect([origin, await outcome(connect(origin, [transport]))]).toEqual([origin, "refused"]);
    expect(await outcome(connect(url, [transport]))).toBe("connected");
  },
);

test("sessions that ended elsewhere and other duties end connections within ten seconds; the same duty stays", async () => {
  const held = [null, person({ role: "auditor" }), person({ entities: ["DE01"] }), person({ scopes: [] }), person()];
  const ends: Promise<string>[] = [];
  const asked = new Map<string, Actor | null>();
  for (const [at, after] of held.entries()) {
    actor = person();
    const client = connect(null, ["websocket"], String(at));
    expect(await outcome(client)).toBe("connected");
    asked.set(String(at), after);
    ends.push(new Promise((said) => client.once("disconnect", said)));
  }
  later = asked;
  const gone = await Promise.all(ends.slice(0, -1));
  expect(gone).toEqual(gone.map(() => "io server disconnect"));
  expect(clients.at(-1)!.connected).toBe(true);
}, 60_000);
