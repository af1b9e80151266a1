import type { ServiceClientConstructor } from "@grpc/grpc-js";
import { join } from "node:path";

let loading: ReturnType<typeof load> | undefined;

/** gRPC and Salesforce's service in it. Loaded only where change events are read or played, and once. */
export const loadPubSub = () => (loading ??= load());

async function load() {
  const [grpc, loader] = await Promise.all([import("@grpc/grpc-js"), import("@grpc/proto-loader")]);
  const file = join(import.meta.dirname, "pub-sub.proto");
  const definition = await loader.load(file, { defaults: true, enums: String });
  const loaded = grpc.loadPackageDefinition(definition) as unknown as {
    eventbus: { v1: { PubSub: ServiceClientConstructor } };
  };
  return { grpc: grpc.default, PubSub: loaded.eventbus.v1.PubSub };
}

export interface FetchRequest {
  topicName: string;
  /** As words: `EARLIEST`, `CUSTOM`. */
  replayPreset?: string;
  replayId?: Buffer;
  numRequested: number;
}

export interface ConsumerEvent {
  event: { id: string; schemaId: string; payload: Buffer } | null;
  replayId: Buffer;
}

export interface FetchResponse {
  events: ConsumerEvent[];
  latestReplayId: Buffer;
  pendingNumRequested: number;
}

/** The trailer that carries Salesforce's own code of an error. */
export const ERROR_CODE = "error-code";
/** The code of a replay id that is older than what is kept, or was never handed out. */
export const REPLAY_ID_REFUSED = "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted";
