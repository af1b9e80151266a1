import { setTimeout } from "node:timers/promises";
import type { Logger } from "pino";
import type { Change, Refusal, Snapshot, TopicName } from "../../schemas/topic.ts";
import type { Actor } from "../context.ts";
import type { Metrics } from "../metrics.ts";
import { inPeriods } from "../people/in-periods.ts";
import { createChannel, type Channel } from "./channel.ts";
import type { Reader, Topic } from "./topic.ts";

/** How long changes gather before they are sent, and how often time alone is looked at, in milliseconds. */
const SETTLE = 40;
const TICK = 1000;
/** A topic that is costly to compute rests this many times as long before the next, so that it never takes the process. */
const REST = 4;

export interface Subscriber {
  actor: Actor;
  send(change: Change): void;
}

export interface Stream {
  /** Answers the rows as they are now and keeps the subscriber told of every change after them. */
  subscribe(path: string, subscriber: Subscriber): Promise<Snapshot | Refusal>;
  unsubscribe(path: string, subscriber: Subscriber): void;
  leave(subscriber: Subscriber): void;
  /** Says that what a topic shows may have changed. */
  touch(name: TopicName): void;
  stop(): void;
}

interface Live {
  topic: Topic;
  params: Record<string, string>;
  reader: Reader;
  channel: Channel;
  subscribers: Set<Subscriber>;
  /** One recomputation of a channel at a time; the next waits here, and one waiting serves all who ask meanwhile. */
  work: Promise<void>;
  waiting: Promise<void> | null;
  /** When it may be computed again, by `performance.now()`. */
  restsUntil: number;
}

export function createStream(topics: readonly Topic[], deps: { log: Logger; metrics: Metrics }): Stream {
  const lives = new Map<string, Live>();
  const touched = new Set<TopicName>();
  let settle: NodeJS.Timeout | null = null;

  const recompute = async (live: Live): Promise<void> => {
    await setTimeout(Math.max(0, live.restsUntil - performance.now()), undefined, { ref: false });
    live.waiting = null;
    const began = performance.now();
    try {
      const rows = await live.topic.rows(live.params, live.reader);
      const change = live.channel.advance(rows ?? {});
      if (!change) return;
      deps.metrics.liveChanges.inc({ topic: live.topic.name }, live.subscribers.size);
      for (const subscriber of live.subscribers) subscriber.send(change);
    } catch (error) {
      deps.log.error({ err: error, topic: live.topic.name }, "a live topic could not be computed");
    } finally {
      live.restsUntil = performance.now() + Math.min(TICK, REST * (performance.now() - began));
    }
  };
  const refresh = (live: Live): Promise<void> => {
    live.waiting ??= live.work = live.work.then(() => recompute(live));
    return live.waiting;
  };
  const refreshWhere = (wanted: (topic: Topic) => boolean) => {
    for (const live of lives.values()) if (wanted(live.topic)) void refresh(live);
  };
  const ticking = setInterval(() => refreshWhere((topic) => topic.ticks), TICK);
  ticking.unref();

  return {
    async subscribe(path, subscriber) {
      const found = find(topics, path);
      if (!found) return { refused: `There is no live topic "${path}".` };
      if (!subscriber.actor.scopes.includes(found.topic.scope)) return { refused: "You may not see this." };
      if (!keepsToPeriods(subscriber.actor, found)) return { refused: "This tells of periods you may not see." };
      const key = keyOf(found.topic, path, subscriber.actor);
      let live = lives.get(key);
      if (!live) {
        live = {
          ...found,
          reader: readerOf(found.topic, subscriber.actor),
          channel: createChannel(path),
          subscribers: new Set(),
          work: Promise.resolve(),
          waiting: null,
          restsUntil: 0,
        };
      }
      await refresh(live);
      // Joined in the same turn as the snapshot is taken, so that no change falls between the two; and listed again,
      // because the last one watching may have left meanwhile.
      live.subscribers.add(subscriber);
      lives.set(key, live);
      return live.channel.snapshot();
    },
    unsubscribe(path, subscriber) {
      const found = find(topics, path);
      if (found) leaveLive(lives, keyOf(found.topic, path, subscriber.actor), subscriber);
    },
    leave(subscriber) {
      for (const key of [...lives.keys()]) leaveLive(lives, key, subscriber);
    },
    touch(name) {
      touched.add(name);
      settle ??= globalThis.setTimeout(() => {
        settle = null;
        const now = new Set(touched);
        touched.clear();
        refreshWhere((topic) => now.has(topic.name));
      }, SETTLE);
    },
    stop() {
      clearInterval(ticking);
      if (settle) clearTimeout(settle);
    },
  };
}

/** Live topics of no period, which whoever's sight is limited to some may see; of the others only those of one period. */
const TIMELESS: ReadonlySet<TopicName> = new Set(["clock", "collectors"]);

function keepsToPeriods(actor: Actor, { topic, params }: { topic: Topic; params: Record<string, string> }): boolean {
  return topic.byPeriods === true || TIMELESS.has(topic.name) || inPeriods(actor, params.period);
}

/** Of an actor no more than the topic's rows differ by, so that nobody is drawn for whoever came first. */
function readerOf({ byRole, byPeriods }: Topic, { role, entities, periods }: Actor): Reader {
  return { role: byRole ? role : null, entities, ...(byPeriods && periods && { periods }) };
}

function leaveLive(lives: Map<string, Live>, key: string, subscriber: Subscriber): void {
  const live = lives.get(key);
  live?.subscribers.delete(subscriber);
  if (live?.subscribers.size === 0) lives.delete(key);
}

function keyOf(topic: Topic, path: string, actor: Actor): string {
  const { role, entities, periods = "all" } = readerOf(topic, actor);
  return [path, keyPart(entities), role ?? "any", keyPart(periods)].join(" ");
}

function keyPart(named: "all" | readonly string[]): string {
  return named === "all" ? "all" : named.toSorted().join(",");
}

function find(topics: readonly Topic[], path: string): { topic: Topic; params: Record<string, string> } | null {
  const [name, ...segments] = path.split("/");
  const topic = topics.find((candidate) => candidate.name === name && candidate.params.length === segments.length);
  if (!topic) return null;
  return { topic, params: Object.fromEntries(topic.params.map((param, index) => [param, segments[index] ?? ""])) };
}
