import { defineCollector, type Pull, type SystemOf, type Tools } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { byTime } from "../run-window.ts";
import { createAvroReader, type AvroReader } from "./avro.ts";
import { openDoor } from "./door.ts";
import { frontText } from "./front-text.ts";
import { messageEvent } from "./map.ts";
import { placeOf, type KafkaDoor, type Message, type Offsets } from "./message.ts";
import { Settings } from "./settings.ts";

/** Next offsets, and when each partition was last read, so that a gap can say since when. */
export interface Cursor {
  offsets: Offsets;
  readAt: string;
}

/** Kafka: events about runs in topics, and dead letters. */
export const kafka = defineCollector<typeof Settings, Cursor>({
  id: "kafka",
  title: "Kafka topics",
  capabilities: ["push", "list-runs", "counts", "control-totals", "lineage"],
  settings: Settings,
  connection: { url: "kafka://host:9092,other:9092, or the https: address of a REST proxy" },
  optional: {
    user: "the user or API key",
    password: "that user's password or secret",
    registryUrl: "for topics in Avro, the address of the schema registry",
    registryUser: "the user or API key of the registry, where it asks for one",
    registryPassword: "that user's password or secret",
  },
  open(system, tools) {
    const door = openDoor(system, tools);
    const decoded = createAvroReader(system, tools);
    return {
      async check() {
        const sees: string[] = [];
        for (const { name } of system.settings.topics) {
          sees.push(`${name}: ${(await door.partitions(name)).length} partitions`);
        }
        await door.close();
        return { sees, warnings: [] };
      },
      async pull(cursor) {
        try {
          return await pullTopics(cursor, system, { door, decoded }, tools);
        } finally {
          await door.close();
        }
      },
    };
  },
});

/** One step: what each partition holds from its offset on. The offset is the cursor, so nothing is read twice. */
async function pullTopics(
  cursor: Cursor | null,
  { namespace, settings }: SystemOf<Settings>,
  { door, decoded }: { door: KafkaDoor; decoded: AvroReader },
  { clock }: Tools,
): Promise<Pull<Cursor>> {
  const offsets: Offsets = { ...cursor?.offsets };
  for (const { name } of cursor ? [] : settings.topics) {
    for (const partition of await door.partitions(name)) offsets[`${name}/${partition}`] ??= 0;
  }
  const { messages: answered, begins } = await door.fetch(offsets);
  const wanted = answered.filter(({ topic, partition, offset }) => offset >= (offsets[`${topic}/${partition}`] ?? 0));
  const messages: Message[] = [];
  for (const message of wanted) messages.push(await decoded(message));
  const fronts = new Set(settings.topics.filter(({ front }) => front).map(({ name }) => name));
  const texts = messages.filter(({ topic }) => fronts.has(topic)).map(frontText);
  const events = messages
    .filter(({ topic }) => !fronts.has(topic))
    .map((message) => messageEvent(message, { namespace, settings }));
  const now = clock.now().toISOString();
  for (const [key, begin] of Object.entries(begins)) {
    const { topic, partition } = placeOf(key);
    // At the first reading nothing is missed: reading begins where the topic does.
    if (cursor) {
      const part = `partition ${partition}`;
      events.push(gapEvent({ collector: "kafka", namespace, history: topic, from: cursor.readAt, to: now, part }));
    }
    offsets[key] = begin;
  }
  for (const { topic, partition, offset } of messages) {
    const key = `${topic}/${partition}`;
    offsets[key] = Math.max(offsets[key] ?? 0, offset + 1);
  }
  const moved = messages.length > 0 || Object.keys(begins).length > 0;
  const readAt = moved || !cursor ? now : cursor.readAt;
  return { events: events.sort(byTime), texts, cursor: { offsets, readAt }, more: moved, openRuns: 0 };
}
