import type avro from "avsc";
import * as z from "zod";
import { basic } from "../authorize.ts";
import { avroType } from "../avro.ts";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import type { Message } from "./message.ts";
import type { Settings } from "./settings.ts";

/** Schemas are JSON in JSON. Without a type they are Avro. */
const Registered = z.looseObject({ schema: z.string(), schemaType: z.string().default("AVRO") });

/** Confluent's wire format: a zero, then the schema's id in four bytes. */
const MAGIC = 0;
const HEAD = 5;

/** Turns messages of topics declared as Avro into the JSON the same event would have been written as. */
export type AvroReader = (message: Message) => Promise<Message>;

/**
 * Reads Avro with the schemas of a registry; each is asked for once, since what stands under an id never changes. A message
 * nobody can decode says why in `unreadable`; a registry that cannot be asked fails the step, so that nothing is passed over.
 */
export function createAvroReader({ settings, connection }: SystemOf<Settings>, tools: Tools): AvroReader {
  const topics = new Set(settings.topics.filter((topic) => topic.avro).map(({ name }) => name));
  const { registryUrl = "", registryUser, registryPassword = "" } = connection;
  const authorize = registryUser ? basic(registryUser, registryPassword) : undefined;
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const door = { tools, budget, authorize, secrets: authorize?.secrets, baseUrl: registryUrl };
  const http = topics.size > 0 && registryUrl ? createHttp(door) : null;
  const types = new Map<number, avro.Type | string>();

  async function typeOf(id: number): Promise<avro.Type | string> {
    const known = types.get(id);
    if (known) return known;
    if (!http)
      throw new VendorError("refused", "Topics are declared as Avro, and the connection names no registryUrl.");
    const path = `/schemas/ids/${id}`;
    const answer = await http.send("GET", path, { also: [404] });
    // What is not there yet may be registered later, so it is asked for again.
    if (answer.status === 404) return `the registry has no schema ${id}`;
    const { schema, schemaType } = http.read(answer, Registered, `GET ${path}`);
    const type = schemaType === "AVRO" ? await avroType(schema) : `schema ${id} is ${schemaType}, which is not decoded`;
    types.set(id, type);
    return type;
  }

  return async (message) => {
    if (!topics.has(message.topic)) return message;
    const { bytes } = message;
    if (bytes.length <= HEAD || bytes[0] !== MAGIC) return { ...message, unreadable: "it names no schema" };
    const type = await typeOf(bytes.readUInt32BE(1));
    if (typeof type === "string") return { ...message, unreadable: type };
    try {
      // Avro writes null for what JSON leaves out.
      const value = JSON.stringify(type.fromBuffer(bytes.subarray(HEAD)), (_, each) => each ?? undefined);
      return { ...message, value };
    } catch (error) {
      return { ...message, unreadable: `it does not fit its schema: ${(error as Error).message}` };
    }
  };
}
