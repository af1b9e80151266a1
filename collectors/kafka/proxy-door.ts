import * as z from "zod";
import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp, type Ask } from "../http.ts";
import { placeOf, type KafkaDoor, type Offsets } from "./message.ts";
import type { Settings } from "./settings.ts";

const V2 = "application/vnd.kafka.v2+json";
const BINARY = "application/vnd.kafka.binary.v2+json";

const Partitions = z.array(z.looseObject({ partition: z.int() }));
const Bounds = z.looseObject({ beginning_offset: z.int(), end_offset: z.int() });
const Records = z.array(
  z.looseObject({ topic: z.string(), partition: z.int(), offset: z.int(), value: z.string().nullish() }),
);

/** Confluent's REST Proxy, API v2: a consumer of ours, placed by offset. It tells neither headers nor times. */
export function proxyDoor({ settings, connection }: SystemOf<Settings>, tools: Tools): KafkaDoor {
  const { url = "", user = "", password = "" } = connection;
  const authorize = basic(user, password);
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const { secrets } = authorize;
  const http = createHttp({ baseUrl: url, tools, budget, authorize, secrets, headers: { accept: V2 } });
  const group = `/consumers/${encodeURIComponent(settings.group)}`;
  const instance = `${group}/instances/tieout`;
  const asks: Ask = { headers: { "content-type": V2 }, idempotent: true };
  /** Where our consumer stands; null when it must be made or placed. */
  let standing: Offsets | null = null;

  async function place(offsets: Offsets): Promise<void> {
    const made = await http.send("POST", group, {
      ...asks,
      json: { name: "tieout", format: "binary", "auto.commit.enable": "false" },
      also: [409],
    });
    if (made.status >= 400 && made.status !== 409) throw new VendorError("refused", "The proxy makes no consumer.");
    const places = Object.entries(offsets).map(([key, offset]) => ({ ...placeOf(key), offset }));
    const partitions = places.map(({ topic, partition }) => ({ topic, partition }));
    await http.send("POST", `${instance}/assignments`, { ...asks, json: { partitions } });
    await http.send("POST", `${instance}/positions`, { ...asks, json: { offsets: places } });
  }

  return {
    async partitions(topic) {
      const found = await http.get(`/topics/${encodeURIComponent(topic)}/partitions`, Partitions);
      return found.map(({ partition }) => partition);
    },
    async fetch(offsets) {
      const begins: Offsets = {};
      if (JSON.stringify(standing) !== JSON.stringify(offsets)) {
        standing = null;
        for (const [key, offset] of Object.entries(offsets)) {
          const { topic, partition } = placeOf(key);
          const bounds = `/topics/${encodeURIComponent(topic)}/partitions/${partition}/offsets`;
          const { beginning_offset } = await http.get(bounds, Bounds);
          if (beginning_offset > offset) begins[key] = beginning_offset;
        }
        if (Object.keys(begins).length > 0) return { messages: [], begins };
        await place(offsets);
      }
      // An answer that is lost has moved the consumer on, so it is placed anew next time unless this one arrives.
      standing = null;
      const query = { timeout: 100, max_bytes: settings.stepBytes };
      const answer = await http.send("GET", `${instance}/records`, { query, headers: { accept: BINARY }, also: [404] });
      if (answer.status === 404) return { messages: [], begins };
      const records = http.read(answer, Records, `GET ${instance}/records`);
      standing = { ...offsets };
      for (const { topic, partition, offset } of records) standing[`${topic}/${partition}`] = offset + 1;
      const messages = records.map(({ topic, partition, offset, value }) => {
        const bytes = Buffer.from(value ?? "", "base64");
        return { topic, partition, offset, at: null, headers: {}, bytes, value: bytes.toString("utf8") };
      });
      return { messages, begins };
    },
    close: async () => {},
  };
}
