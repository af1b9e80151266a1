import { isDeepStrictEqual } from "node:util";
import { io, type Socket } from "socket.io-client";
import type { Change, ClientToServer, Refusal, ServerToClient, Snapshot } from "../../schemas/topic.ts";

type Client = Socket<ServerToClient, ClientToServer>;

interface Seen {
  sequence: number;
  rows: Record<string, unknown>;
}

/** A console that stays open all the while: it follows topics as a browser's does, over every loss of its connection. */
export interface Watcher {
  connections(): number;
  /** Topics whose rows are not those a new console is shown; empty once it has caught up. */
  behind(): Promise<string[]>;
  close(): void;
}

const ANSWER_WITHIN = 20_000;

export function openWatcher({ url, key }: { url: string; key: string }, topics: readonly string[]): Watcher {
  const socket = clientOf(url, key);
  const seen = new Map<string, Seen>();
  const pending = new Map<string, Change[]>();
  let connections = 0;

  const subscribe = async (topic: string) => {
    pending.set(topic, []);
    const answer = await ask(socket, topic);
    if (!answer) return;
    seen.set(topic, { sequence: answer.sequence, rows: { ...answer.rows } });
    const waiting = pending.get(topic) ?? [];
    pending.delete(topic);
    waiting.forEach(take);
  };
  const take = (change: Change) => {
    const held = pending.get(change.topic);
    if (held) return void held.push(change);
    const topic = seen.get(change.topic);
    if (!topic || change.sequence <= topic.sequence) return;
    if (change.sequence > topic.sequence + 1) return void subscribe(change.topic);
    topic.sequence = change.sequence;
    Object.assign(topic.rows, change.set);
    for (const each of change.drop) delete topic.rows[each];
  };
  socket.on("change", take);
  socket.on("connect", () => {
    connections += 1;
    for (const topic of topics) void subscribe(topic);
  });

  return {
    connections: () => connections,
    async behind() {
      const fresh = clientOf(url, key);
      const late: string[] = [];
      try {
        for (const topic of topics) {
          const shown = await ask(fresh, topic);
          const mine = seen.get(topic);
          // Changes of the same number of both are the same change, so both are compared at one number.
          if (!shown || !mine || shown.sequence !== mine.sequence || !isDeepStrictEqual(shown.rows, mine.rows))
            late.push(topic);
        }
      } finally {
        fresh.disconnect();
      }
      return late;
    },
    close: () => void socket.disconnect(),
  };
}

function clientOf(url: string, key: string): Client {
  return io(url, {
    ...{ transports: ["websocket"], forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 500 },
    extraHeaders: { authorization: `Bearer ${key}` },
  });
}

async function ask(socket: Client, topic: string): Promise<Snapshot | null> {
  const answer: Snapshot | Refusal | null = await socket
    .timeout(ANSWER_WITHIN)
    .emitWithAck("subscribe", topic)
    .catch(() => null);
  return answer && !("refused" in answer) ? answer : null;
}
