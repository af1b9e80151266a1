import type { Consumer } from "@platformatic/kafka";
import { VendorError, type SystemOf } from "../collector.ts";
import { createRedaction } from "../redaction.ts";
import { placeOf, type KafkaDoor, type Message, type Offsets, type Step } from "./message.ts";
import type { Settings } from "./settings.ts";

const PATIENCE = 10_000;
/** Loaded only where brokers are read: making its validators takes longer than starting everything else. */
const library = () => import("@platformatic/kafka");
/** Kafka's error codes as the library names them. */
const OUT_OF_RANGE = "OFFSET_OUT_OF_RANGE";

/** Brokers over Kafka's own protocol. Messages are fetched by offset; no group is joined and nothing is committed. */
export function brokerDoor({ settings, connection }: SystemOf<Settings>, brokers: string[]): KafkaDoor {
  const { user, password } = connection;
  const redact = createRedaction([password ?? ""]);
  let open: Promise<Consumer> | null = null;
  const consumer = () => (open ??= connect());
  async function connect(): Promise<Consumer> {
    const kafka = await library();
    return new kafka.Consumer({
      ...{ clientId: "tieout", groupId: settings.group, bootstrapBrokers: brokers },
      ...{ timeout: PATIENCE, connectTimeout: PATIENCE, retries: 1, autocreateTopics: false },
      ...(settings.tls && { tls: {} }),
      ...(user && { sasl: { mechanism: settings.mechanism, username: user, password: password ?? "" } }),
    });
  }
  const asked = async <T>(what: string, ask: (client: Consumer) => Promise<T>): Promise<T> => {
    try {
      return await ask(await consumer());
    } catch (error) {
      throw refusal(error, what, redact);
    }
  };
  const metadata = (topic: string) =>
    asked(`Looking for ${topic}`, async (client) => {
      const found = (await client.metadata({ topics: [topic] })).topics.get(topic);
      if (!found) throw new VendorError("not-found", `There is no topic ${topic}, or it may not be seen.`);
      return found;
    });

  async function fetchOne(key: string, offset: number, step: Step): Promise<void> {
    const { topic, partition } = placeOf(key);
    const { id, partitions } = await metadata(topic);
    const one = { partition, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: settings.stepBytes };
    try {
      const client = await consumer();
      const answer = await client.fetch({
        ...{ node: partitions[partition]!.leader, minBytes: 0, maxWaitTime: 100, maxBytes: settings.stepBytes },
        topics: [{ topicId: id, partitions: [{ ...one, fetchOffset: BigInt(offset) }] }],
      });
      const batches = answer.responses.flatMap((response) => response.partitions.flatMap((each) => each.records ?? []));
      for (const { firstOffset, firstTimestamp, records } of batches) {
        for (const { offsetDelta, timestampDelta, headers, value } of records) {
          const at = Number(firstOffset) + offsetDelta;
          // A batch is answered whole, also what lies before the wanted offset.
          if (at < offset) continue;
          step.messages.push({
            ...{ topic, partition, offset: at, value: value?.toString("utf8") ?? "", bytes: value ?? Buffer.alloc(0) },
            at: new Date(Number(firstTimestamp + timestampDelta)).toISOString(),
            headers: Object.fromEntries(
              headers.map(([name, text]) => [String(name ?? ""), text?.toString("utf8") ?? ""]),
            ),
          });
        }
      }
    } catch (error) {
      if (!errorsIn(error).some((each) => each.includes(OUT_OF_RANGE))) throw error;
      const { EARLIEST: timestamp } = (await library()).ListOffsetTimestamps;
      const begins = await (await consumer()).listOffsets({ topics: [topic], timestamp });
      step.begins[key] = Number(begins.get(topic)?.[partition] ?? 0n);
    }
  }

  return {
    partitions: async (topic) => (await metadata(topic)).partitions.map((_, index) => index),
    fetch: (offsets: Offsets) =>
      asked("Fetching", async () => {
        const step: Step = { messages: [] as Message[], begins: {} };
        for (const [key, offset] of Object.entries(offsets)) await fetchOne(key, offset, step);
        return step;
      }),
    async close() {
      const client = open;
      open = null;
      await (await client)?.close();
    },
  };
}

/** The library nests the reasons of what failed. */
function errorsIn(error: unknown): string[] {
  const {
    message = "",
    apiId = "",
    errors = [],
    cause,
  } = (error ?? {}) as {
    message?: string;
    apiId?: string;
    errors?: unknown[];
    cause?: unknown;
  };
  return [`${apiId} ${message}`.trim(), ...errors.flatMap(errorsIn), ...(cause ? errorsIn(cause) : [])];
}

function refusal(error: unknown, what: string, redact: (text: string) => string): VendorError {
  if (error instanceof VendorError) return error;
  const reasons = [...new Set(errorsIn(error))].filter(Boolean);
  const message = redact(`${what} failed: ${reasons.join("; ")}`.slice(0, 400));
  if (reasons.some((each) => /SASL|AUTHENTICATION/i.test(each))) return new VendorError("unauthorized", message);
  if (reasons.some((each) => /AUTHORIZATION_FAILED/.test(each))) return new VendorError("forbidden", message);
  if (reasons.some((each) => /UNKNOWN_TOPIC/.test(each))) return new VendorError("not-found", message);
  return new VendorError("unreachable", message);
}
