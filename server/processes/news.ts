import type { Logger } from "pino";
import * as z from "zod";
import type { TopicName } from "../../schemas/topic.ts";
import { dropOldNews, NEWS_CHANNEL, newestNews, newsAfter, tellNews } from "../store/postgres/news.ts";
import type { Postgres } from "../store/postgres.ts";

/** Names a stored event so that the tables find it at once. */
const EventName = z.object({ jobNamespace: z.string(), jobName: z.string(), runId: z.string(), eventId: z.string() });
export type EventName = z.infer<typeof EventName>;

const Body = z.object({
  events: z.array(EventName).default([]),
  topics: z.array(z.custom<TopicName>((name) => typeof name === "string")).default([]),
  quarantined: z.boolean().default(false),
  dismissed: z.array(z.string()).default([]),
  /** Systems whose vendors say that there is something to read. */
  hurried: z.array(z.string()).default([]),
  /** There was too much to tell: what is known is to be read again from the tables. */
  reread: z.boolean().default(false),
});
export type Body = z.output<typeof Body>;

export interface News {
  events(names: readonly EventName[]): void;
  touch(topic: TopicName): void;
  quarantined(): void;
  dismiss(actor: string): void;
  hurry(system: string): void;
  /** Begins to hear what others tell; one piece at a time, in the order it was told. */
  start(heard: (body: Body) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** What is told within this many milliseconds is told together. */
const GATHER = 60;
/** Asked for again this often, for a wake that got lost, in milliseconds. */
const CATCH_UP = 1_000;
const MOST_EVENTS = 1_000;
/** Told again after so many milliseconds where the database was away; of more events than this it is told that there were. */
const AGAIN = 1_000;
const MOST_WAITING = 20_000;
const DROP_EVERY = 60_000;

export interface NewsDeps {
  postgres: Pick<Postgres, "ask" | "listen">;
  holder: string;
  log: Logger;
}

/** What processes on one database tell each other: rows of a table, and a NOTIFY that there are some. */
export function openNews({ postgres, holder, log }: NewsDeps): News {
  let gathered: Body = Body.parse({});
  let timer: NodeJS.Timeout | null = null;
  let telling: Promise<void> = Promise.resolve();
  const closing: (() => unknown)[] = [];

  const tell = async () => {
    timer = null;
    const { events, ...rest } = gathered;
    gathered = Body.parse({});
    const first = {
      ...rest,
      topics: [...new Set(rest.topics)],
      hurried: [...new Set(rest.hurried)],
      events: events.slice(0, MOST_EVENTS),
    };
    try {
      await postgres.ask(tellNews, { holder, body: JSON.stringify(first) });
      for (let from = MOST_EVENTS; from < events.length; from += MOST_EVENTS) {
        const body = JSON.stringify({ events: events.slice(from, from + MOST_EVENTS) });
        await postgres.ask(tellNews, { holder, body });
      }
    } catch (error) {
      // Told twice is heard once; not told is never heard.
      gathered = together({ ...first, events }, gathered);
      soon(AGAIN);
      throw error;
    }
  };
  const soon = (after = GATHER) => {
    timer ??= setTimeout(() => {
      telling = telling
        .then(tell)
        .catch((error: unknown) => log.error({ err: error }, "the other processes could not be told"));
    }, after);
  };
  return {
    events(names) {
      for (const name of names) gathered.events.push(name);
      soon();
    },
    touch(topic) {
      gathered.topics.push(topic);
      soon();
    },
    quarantined() {
      gathered.quarantined = true;
      soon();
    },
    dismiss(actor) {
      gathered.dismissed.push(actor);
      soon();
    },
    hurry(system) {
      gathered.hurried.push(system);
      soon();
    },
    async start(heard) {
      const [newest] = await postgres.ask(newestNews, {});
      const hearing = createHearing(postgres, { holder, after: newest?.id ?? 0, heard, log });
      closing.push(await postgres.listen(NEWS_CHANNEL, hearing.look));
      const looking = setInterval(hearing.look, CATCH_UP);
      const dropping = setInterval(() => void postgres.ask(dropOldNews, {}).catch(() => {}), DROP_EVERY);
      for (const each of [looking, dropping]) {
        each.unref();
        closing.push(() => clearInterval(each));
      }
      closing.push(hearing.idle);
    },
    async stop() {
      if (timer) clearTimeout(timer);
      await telling;
      for (const close of closing.splice(0)) await close();
    },
  };
}

function together(before: Body, since: Body): Body {
  const events = [...before.events, ...since.events];
  const tooMany = events.length > MOST_WAITING;
  return {
    events: tooMany ? [] : events,
    topics: [...before.topics, ...since.topics],
    quarantined: before.quarantined || since.quarantined,
    dismissed: [...before.dismissed, ...since.dismissed],
    hurried: [...before.hurried, ...since.hurried],
    reread: tooMany || before.reread || since.reread,
  };
}

interface Hearing {
  holder: string;
  after: number;
  heard(body: Body): Promise<void>;
  log: Logger;
}

/** Reads on from the last row heard, one look at a time; one waiting look serves every wake meanwhile. */
function createHearing(postgres: Pick<Postgres, "ask">, { holder, after: begin, heard, log }: Hearing) {
  let after = begin;
  const known = new Set<number>();
  let waiting = false;
  let work: Promise<void> = Promise.resolve();
  const lookOnce = async () => {
    waiting = false;
    const rows = await postgres.ask(newsAfter, { after, holder });
    for (const { id, body } of rows) {
      if (known.has(id)) continue;
      await heard(Body.parse(body));
      known.add(id);
      after = Math.max(after, id);
    }
    if (known.size > 20_000) for (const id of [...known].slice(0, 10_000)) known.delete(id);
  };
  return {
    look() {
      if (waiting) return;
      waiting = true;
      work = work.then(lookOnce).catch((error: unknown) => log.error({ err: error }, "news could not be heard"));
    },
    idle: () => work,
  };
}
