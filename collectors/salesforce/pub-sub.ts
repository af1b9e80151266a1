import type { ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import type { Budget } from "../budget.ts";
import { VendorError, type Tools } from "../collector.ts";
import { createRedaction, excerptOf } from "../redaction.ts";
import { ERROR_CODE, loadPubSub, type FetchRequest, type FetchResponse } from "./pub-sub-protocol.ts";

/** Salesforce's Pub/Sub API, as far as change events are read. */
export interface PubSub {
  /** An Avro schema, as JSON. */
  schema(id: string): Promise<string>;
  /** Whether a topic may be subscribed to. */
  maySubscribe(topic: string): Promise<boolean>;
  deliveries(subscription: Subscription): AsyncGenerator<Delivery>;
  close(): void;
}

export interface Subscription {
  topic: string;
  /** The replay id of the event to go on after, in base64; null for the oldest kept. */
  after: string | null;
  /** Events asked for at once. */
  atOnce: number;
  /** Real seconds after which a silent stream has nothing more to give. */
  idleSeconds: number;
}

/** Without events it says that there are none for now; `latest` is null where it is told by silence. */
export interface Delivery {
  events: { schemaId: string; payload: Buffer; replayId: string }[];
  latest: string | null;
}

export interface PubSubDoor {
  /** `https://api.pubsub.salesforce.com:7443`. */
  address: string;
  /** What proves who asks, made for each call. */
  session(): Promise<{ accesstoken: string; instanceurl: string; tenantid: string }>;
  budget: Budget;
  tools: Pick<Tools, "counted">;
  secrets: readonly string[];
}

/** An event has up to 1 MB, a delivery many. */
const MAX_BYTES = 32 * 1024 * 1024;
const ANSWER_MILLISECONDS = 30_000;
const CANCELLED = 1;

/** What gRPC's status codes mean here, and as which HTTP status a call is counted. What is not named is unreachable. */
const MEANING: Record<number, { code: VendorError["code"]; status: number }> = {
  3: { code: "refused", status: 400 },
  5: { code: "not-found", status: 404 },
  7: { code: "forbidden", status: 403 },
  8: { code: "rate-limited", status: 429 },
  12: { code: "nonsense", status: 501 },
  15: { code: "nonsense", status: 500 },
  16: { code: "unauthorized", status: 401 },
};

/** Opens the API. Every failure becomes a `VendorError` whose `cause` carries Salesforce's own code. */
export async function openPubSub({ address, session, budget, tools, secrets }: PubSubDoor): Promise<PubSub> {
  const { grpc, PubSub } = await loadPubSub();
  if (!/^https?:\/\/[^/]+\/?$/.test(address))
    throw new VendorError("refused", `"${address}" is no address to connect to.`);
  const url = new URL(address);
  const isPlain = url.protocol === "http:";
  const credentials = isPlain ? grpc.credentials.createInsecure() : grpc.credentials.createSsl();
  const client = new PubSub(`${url.hostname}:${url.port || 7443}`, credentials, {
    "grpc.max_receive_message_length": MAX_BYTES,
    ...(isPlain && { "grpc.enable_http_proxy": 0 }),
  });
  const redact = createRedaction(secrets);

  async function metadata(): Promise<Metadata> {
    const sent = new grpc.Metadata();
    for (const [key, value] of Object.entries(await session())) sent.set(key, value);
    return sent;
  }
  /** Counts a call, and tells its failure in plain words. */
  async function* counted<T>(name: string, call: (sent: Metadata) => AsyncIterable<T>): AsyncGenerator<T> {
    await budget.take();
    const sent = await metadata();
    const startedAt = performance.now();
    let status = 200;
    try {
      yield* call(sent);
    } catch (error) {
      const told = vendorError(error as ServiceError, `${name} of the Pub/Sub API`, redact);
      ({ status } = MEANING[(error as ServiceError).code] ?? { status: 503 });
      throw told;
    } finally {
      tools.counted({ status, milliseconds: performance.now() - startedAt });
    }
  }
  async function ask<T>(name: "GetSchema" | "GetTopic", request: object): Promise<T> {
    const answers = counted(name, async function* (sent) {
      const deadline = Date.now() + ANSWER_MILLISECONDS;
      yield await new Promise<T>((resolve, reject) => {
        client[name]!(request, sent, { deadline }, (error: ServiceError | null, answer: T) =>
          error ? reject(error) : resolve(answer),
        );
      });
    });
    for await (const answer of answers) return answer;
    throw new VendorError("nonsense", `${name} of the Pub/Sub API answered nothing.`);
  }

  return {
    schema: async (schemaId) => (await ask<{ schemaJson: string }>("GetSchema", { schemaId })).schemaJson,
    maySubscribe: async (topicName) => (await ask<{ canSubscribe: boolean }>("GetTopic", { topicName })).canSubscribe,
    deliveries: (subscription) =>
      counted("Subscribe", (sent) => streamed(client["Subscribe"]!(sent) as Stream, subscription)),
    close: () => client.close(),
  };
}

type Stream = ClientDuplexStream<FetchRequest, FetchResponse>;

/** Asks for more whenever all that was asked for has come; ends by itself when nothing comes for a while. */
async function* streamed(stream: Stream, { topic, after, atOnce, idleSeconds }: Subscription) {
  let isSilent = false;
  const listen = () => setTimeout(() => ((isSilent = true), stream.cancel()), idleSeconds * 1000);
  // A stream that is cancelled says so once more when nobody listens any longer.
  stream.on("error", () => {});
  stream.write({
    ...{ topicName: topic, numRequested: atOnce },
    ...(after ? { replayPreset: "CUSTOM", replayId: Buffer.from(after, "base64") } : { replayPreset: "EARLIEST" }),
  });
  let patience = listen();
  try {
    for await (const response of stream) {
      clearTimeout(patience);
      yield deliveryOf(response);
      if (response.pendingNumRequested <= 0) stream.write({ topicName: topic, numRequested: atOnce });
      patience = listen();
    }
  } catch (error) {
    if (!isSilent || (error as ServiceError).code !== CANCELLED) throw error;
    yield { events: [], latest: null };
  } finally {
    clearTimeout(patience);
    stream.cancel();
  }
}

function deliveryOf({ events, latestReplayId }: FetchResponse): Delivery {
  return {
    events: events.flatMap(({ event, replayId }) =>
      event ? { schemaId: event.schemaId, payload: event.payload, replayId: replayId.toString("base64") } : [],
    ),
    latest: latestReplayId.length > 0 ? latestReplayId.toString("base64") : null,
  };
}

function vendorError(error: ServiceError, what: string, redact: (text: string) => string): Error {
  if (error instanceof VendorError || typeof error.code !== "number") return error;
  const { code } = MEANING[error.code] ?? { code: "unreachable" as const };
  const vendorCode = error.metadata?.get(ERROR_CODE).join() ?? "";
  const text = excerptOf(redact(error.details || error.message));
  return new VendorError(code, `${what} answered: ${text}`, { cause: { code: vendorCode } });
}
