import type { Metadata, sendUnaryData, Server, ServerDuplexStream, ServerUnaryCall } from "@grpc/grpc-js";
import type { Hono } from "hono";
import type { BesideDoor, SandboxOptions, World } from "../sandbox.ts";
import {
  ERROR_CODE,
  loadPubSub,
  REPLAY_ID_REFUSED,
  type FetchRequest,
  type FetchResponse,
} from "./pub-sub-protocol.ts";
import {
  CHANGE_EVENT,
  committedAt,
  newestReplayId,
  playedChanges,
  SCHEMA_ID,
  type PlayedChange,
} from "./sandbox-changes.ts";
import { SalesforceSettings } from "./settings.ts";

/** What gRPC's status codes are called here. */
const STATUS = { invalid: 3, missing: 5, exhausted: 8, unavailable: 14, corrupted: 15, unauthenticated: 16 };
const CODES = "sfdc.platform.eventbus.grpc";
/** Events in one response. */
const TOGETHER = 4;
const HOUR = 3_600_000;

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = `${CODES}.${code}`;
  }
}

type Stream = ServerDuplexStream<FetchRequest, FetchResponse>;

/**
 * The Pub/Sub API of the played organisation, over gRPC. Where it has nothing more to deliver it says so at once, which
 * Salesforce does within 270 seconds. Tokens and faults are those of the HTTP door, looked at for every request.
 */
export async function servePubSub(world: World, options: SandboxOptions, app: Hono): Promise<BesideDoor> {
  const settings = SalesforceSettings.parse(options.settings);
  const { topic } = settings.changes ?? { topic: "/data/ChangeEvents" };
  const { grpc, PubSub } = await loadPubSub();
  const server = new grpc.Server();
  const refused = (error: unknown) => {
    const { status, code, message } = error as Refusal;
    const metadata = new grpc.Metadata();
    metadata.set(ERROR_CODE, code ?? `${CODES}.service.unavailable`);
    return { code: status ?? STATUS.unavailable, details: message, metadata };
  };
  const answering =
    <Asked, Answer>(answer: (asked: Asked) => Answer) =>
    (call: ServerUnaryCall<Asked, Answer>, done: sendUnaryData<Answer>) =>
      void authorized(app, call.metadata).then(
        () => {
          try {
            done(null, answer(call.request));
          } catch (error) {
            done(refused(error));
          }
        },
        (error: unknown) => done(refused(error)),
      );
  server.addService(PubSub.service, {
    Subscribe: (stream: Stream) => {
      const subscriber = createSubscriber(stream, topic, world, () => playedChanges(world, options.system, settings));
      let turn = Promise.resolve();
      stream.on("data", (request: FetchRequest) => {
        turn = turn
          .then(() => authorized(app, stream.metadata))
          .then(() => subscriber(request))
          .catch((error: unknown) => void stream.emit("error", refused(error)));
      });
      stream.on("end", () => stream.end());
      stream.on("error", () => {});
    },
    GetSchema: answering(({ schemaId }: { schemaId: string }) => {
      if (schemaId !== SCHEMA_ID) throw new Refusal(STATUS.missing, "schema.not.found", "There is no such schema.");
      return { schemaId, schemaJson: JSON.stringify(CHANGE_EVENT) };
    }),
    GetTopic: answering(({ topicName }: { topicName: string }) => {
      if (topicName !== topic) throw new Refusal(STATUS.missing, "topic.not.found", "There is no such topic.");
      return { topicName, canSubscribe: true, canPublish: false, schemaId: SCHEMA_ID };
    }),
  });
  const port = await listening(server, grpc.ServerCredentials.createInsecure());
  return {
    connection: { pubSub: `http://127.0.0.1:${port}` },
    close: async () => server.forceShutdown(),
  };
}

function listening(server: Server, credentials: Parameters<Server["bindAsync"]>[1]): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
}

/** Refuses whom the HTTP door would refuse, in gRPC's words. */
async function authorized(app: Hono, metadata: Metadata): Promise<void> {
  const sent = (key: string) => String(metadata.get(key)[0] ?? "");
  const headers = { authorization: `Bearer ${sent("accesstoken")}` };
  const response = await app.request("/services/oauth2/userinfo", { headers });
  if (response.status === 401) throw new Refusal(STATUS.unauthenticated, "service.auth.error", "The session is over.");
  if (response.status === 429) throw new Refusal(STATUS.exhausted, "client.limit.exceeded", "Too many requests.");
  if (response.status >= 500) throw new Refusal(STATUS.unavailable, "service.unavailable", "Down for maintenance.");
  const known = (await response.json().catch(() => ({}))) as { organization_id?: string };
  if (!known.organization_id) throw new Refusal(STATUS.corrupted, "service.internal.error", "Something went wrong.");
  const isOurs = known.organization_id === sent("tenantid") && URL.canParse(sent("instanceurl"));
  if (!isOurs) throw new Refusal(STATUS.unauthenticated, "service.auth.headers.invalid", "The headers do not fit.");
}

/** Delivers what a subscriber asks for, from where its first request says. */
function createSubscriber(stream: Stream, topic: string, world: World, played: () => PlayedChange[]) {
  let after: Buffer | null = null;
  return ({ topicName, replayPreset, replayId, numRequested }: FetchRequest) => {
    if (numRequested < 1) {
      throw new Refusal(STATUS.invalid, "subscription.fetch.requested.events.invalid", "Ask for one event or more.");
    }
    if (topicName !== topic) throw new Refusal(STATUS.missing, "topic.not.found", "There is no such topic.");
    const oldest = world.now() - 72 * HOUR;
    after ??= startOf(replayPreset ?? "LATEST", replayId ?? Buffer.alloc(0), { oldest, now: world.now() });
    const begin = after;
    const due = played().filter(({ at, replayId: id }) => at >= oldest && Buffer.compare(id, begin) > 0);
    const sent = due.slice(0, numRequested);
    let pendingNumRequested = numRequested;
    for (let at = 0; at < sent.length; at += TOGETHER) {
      const together = sent.slice(at, at + TOGETHER);
      pendingNumRequested -= together.length;
      after = together.at(-1)!.replayId;
      const events = together.map(({ replayId: id, schemaId, payload }) => ({
        ...{ replayId: id, event: { id: id.toString("hex"), schemaId, payload } },
      }));
      stream.write({ events, latestReplayId: after, pendingNumRequested });
    }
    if (sent.length < numRequested) {
      stream.write({ events: [], latestReplayId: newestReplayId(world.now()), pendingNumRequested });
    }
  };
}

function startOf(preset: string, replayId: Buffer, { oldest, now }: { oldest: number; now: number }): Buffer {
  if (preset === "EARLIEST") return Buffer.alloc(0);
  if (preset === "LATEST") return newestReplayId(now);
  const at = committedAt(replayId);
  if (at >= oldest && at <= now) return replayId;
  const message = "The Replay ID validation failed.";
  throw new Refusal(STATUS.invalid, REPLAY_ID_REFUSED.slice(CODES.length + 1), message);
}
