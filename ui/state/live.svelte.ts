import { io, type Socket } from "socket.io-client";
import { createSubscriber } from "svelte/reactivity";
import type {
  Change,
  ClientToServer,
  Refusal,
  ServerToClient,
  Snapshot,
  TopicName,
  TopicRows,
} from "../../schemas/topic.ts";

export type TopicState = "loading" | "live" | "refused";

/** Kept a little after the last reader has gone, so that going back shows it at once, in milliseconds. */
const LINGER = 15_000;

/** One live topic: its rows by key, kept in step with the server. Reading it subscribes; leaving it unsubscribes. */
export class LiveTopic<Row> {
  readonly path: string;
  #rows: Record<string, Row> = {};
  #state: TopicState = "loading";
  #reason = "";
  #sequence = -1;
  #pending: Change[] = [];
  #frame = 0;
  #told: (() => void) | null = null;
  readonly #read: () => void;
  readonly #live: Live;

  constructor(live: Live, path: string) {
    this.path = path;
    this.#live = live;
    this.#read = createSubscriber((told) => {
      this.#told = told;
      live.open(this as LiveTopic<unknown>);
      return () => {
        this.#told = null;
        live.close(this as LiveTopic<unknown>, LINGER);
      };
    });
  }

  get rows(): Readonly<Record<string, Row>> {
    this.#read();
    return this.#rows;
  }
  get state(): TopicState {
    this.#read();
    return this.#state;
  }
  get reason(): string {
    this.#read();
    return this.#reason;
  }

  /** Asks for the rows as they are now; changes that came meanwhile are applied on top where they follow. */
  async subscribe(socket: Socket<ServerToClient, ClientToServer>): Promise<void> {
    const answer: Snapshot | Refusal = await socket.timeout(20_000).emitWithAck("subscribe", this.path);
    if ("refused" in answer) {
      this.#state = "refused";
      this.#reason = answer.refused;
    } else {
      this.#rows = keepIdentity(this.#rows, answer.rows as Record<string, Row>);
      this.#sequence = answer.sequence;
      this.#state = "live";
    }
    this.#told?.();
  }

  /** Changes gather until the next frame, so that a burst is drawn once. */
  receive(change: Change): void {
    this.#pending.push(change);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#apply());
  }

  #apply(): void {
    this.#frame = 0;
    const rows = { ...this.#rows };
    for (const change of this.#pending.splice(0)) {
      if (change.sequence <= this.#sequence) continue;
      if (change.sequence > this.#sequence + 1) return this.#live.reopen(this as LiveTopic<unknown>);
      this.#sequence = change.sequence;
      Object.assign(rows, change.set);
      for (const key of change.drop) delete rows[key];
    }
    this.#rows = rows;
    this.#told?.();
  }
}

/** Rows that say the same stay the same object, so that only what moved is drawn again. */
function keepIdentity<Row>(before: Record<string, Row>, now: Record<string, Row>): Record<string, Row> {
  return Object.fromEntries(
    Object.entries(now).map(([key, row]) => {
      const kept = before[key];
      return [key, kept !== undefined && JSON.stringify(kept) === JSON.stringify(row) ? kept : row];
    }),
  );
}

/** The live connection and its topics. */
class Live {
  connected = $state(false);
  /** When the connection was lost, in real time; null while it holds. */
  lostAt = $state<number | null>(null);
  #socket: Socket<ServerToClient, ClientToServer> | null = null;
  readonly #topics = new Map<string, LiveTopic<unknown>>();
  readonly #open = new Map<string, LiveTopic<unknown>>();
  readonly #closing = new Map<string, ReturnType<typeof setTimeout>>();

  topic<N extends TopicName>(name: N, ...params: string[]): LiveTopic<TopicRows[N]> {
    const path = [name, ...params].join("/");
    let topic = this.#topics.get(path);
    if (!topic) this.#topics.set(path, (topic = new LiveTopic<unknown>(this, path)));
    return topic as LiveTopic<TopicRows[N]>;
  }

  /** Connects as whoever is signed in; `turnedAway` when the server no longer knows them. */
  connect(turnedAway: () => void): void {
    if (this.#socket) return;
    const socket: Socket<ServerToClient, ClientToServer> = io({ transports: ["websocket", "polling"] });
    this.#socket = socket;
    socket.on("connect", () => {
      this.connected = true;
      this.lostAt = null;
      for (const topic of this.#open.values()) void this.#subscribe(topic);
    });
    socket.on("disconnect", (reason) => {
      this.connected = false;
      this.lostAt = Date.now();
      if (reason === "io server disconnect") turnedAway();
    });
    socket.on("connect_error", (error) => {
      this.lostAt ??= Date.now();
      if (error.message === "not-signed-in") turnedAway();
    });
    socket.on("change", (change) => this.#open.get(change.topic)?.receive(change));
  }

  /** Tries again after having been turned away by mistake. */
  resume(): void {
    setTimeout(() => this.#socket?.connect(), 1000);
  }

  /** Leaves; another person's rows must not stay. */
  disconnect(): void {
    this.#socket?.close();
    this.#socket = null;
    this.connected = false;
    this.lostAt = null;
    this.#topics.clear();
    this.#open.clear();
  }

  open(topic: LiveTopic<unknown>): void {
    clearTimeout(this.#closing.get(topic.path));
    this.#closing.delete(topic.path);
    if (this.#open.has(topic.path)) return;
    this.#open.set(topic.path, topic);
    if (this.#socket?.connected) void this.#subscribe(topic);
  }

  close(topic: LiveTopic<unknown>, afterMilliseconds: number): void {
    const timer = setTimeout(() => {
      this.#closing.delete(topic.path);
      if (this.#open.get(topic.path) !== topic) return;
      this.#open.delete(topic.path);
      this.#topics.delete(topic.path);
      this.#socket?.emit("unsubscribe", topic.path);
    }, afterMilliseconds);
    this.#closing.set(topic.path, timer);
  }

  reopen(topic: LiveTopic<unknown>): void {
    void this.#subscribe(topic);
  }

  async #subscribe(topic: LiveTopic<unknown>): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    // An unanswered subscription is asked again when the connection is made anew.
    await topic.subscribe(socket).catch(() => {});
  }
}

export const live = new Live();
