import { execFileSync, spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { EventText, Pull } from "../collector.ts";
import { kafka, type Cursor } from "./index.ts";
import { messageEvent } from "./map.ts";
import type { Message } from "./message.ts";
import { Settings } from "./settings.ts";

const settings = Settings.parse({
  tls: false,
  topics: [{ name: "runs" }, { name: "runs.dlq", deadLetters: true }],
  jobs: [{ name: "gl-sync {entity}", dataset: "gl.actuals.v1" }],
});
const mapping = { namespace: "kafka://example", settings };
const EVENT = {
  ...{ specversion: "1.0", id: "a3f7-0001", source: "/gl-sync", type: "com.acme.sync.completed" },
  ...{ time: "2026-08-01T02:07:12Z", correlationid: "GLA-1", causationid: "a3f7-0000" },
  data: {
    ...{ runId: "r-1", job: "gl-sync DE01", period: "2026-07", snapshotAsOf: "2026-08-01T01:30:00.000Z" },
    ...{ rowsWritten: 1203, controlTotals: [{ measure: "net", value: "125000.00", currency: "USD" }] },
  },
};
const LINEAGE = {
  ...{ eventType: "START", eventTime: "2026-08-01T02:00:00.000Z", producer: "https://acme.example" },
  run: { runId: "01920ad0-1c2d-7abc-8def-0123456789ab" },
  job: { namespace: "etl-prod", name: "gl_daily" },
};
const message = (value: unknown, headers: Record<string, string> = {}, topic = "runs"): Message => ({
  ...{ topic, partition: 0, offset: 7, at: "2026-08-01T02:08:00.000Z", headers },
  value: typeof value === "string" ? value : JSON.stringify(value),
  bytes: Buffer.alloc(0),
});

describe("a message", () => {
  test("that is a CloudEvent tells a run, in structured and in binary mode alike", () => {
    const { data, ...attributes } = EVENT;
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce_${name}`, text]));
    const structured = messageEvent(message(EVENT), mapping);
    expect(messageEvent(message(data, headers), mapping)).toEqual(structured);
    expect(structured).toMatchObject({
      ...{ eventType: "COMPLETE", eventTime: "2026-08-01T02:07:12.000Z", job: { name: "gl-sync DE01" } },
      run: { facets: { tieout_correlation: { correlationId: "GLA-1" }, tieout_outcome: { rowsWritten: 1203 } } },
      outputs: [{ facets: { tieout_controlTotals: { totals: [{ measure: "net", value: "125000.00" }] } } }],
    });
  });

  test("that is OpenLineage stays as it is", () => {
    expect(messageEvent(message(LINEAGE), mapping)).toMatchObject(LINEAGE);
  });

  test.each([
    ["com.acme.sync.started", "START"],
    ["com.acme.sync.failed", "FAIL"],
    ["com.acme.sync.cancelled", "ABORT"],
    ["com.acme.sync.somethingelse", "OTHER"],
  ])("of type %s is %s", (type, eventType) => {
    expect(messageEvent(message({ ...EVENT, type }), mapping).eventType).toBe(eventType);
  });

  test("in a dead-letter topic is a failure, in the words of Kafka Connect", () => {
    const headers = {
      ...{ "__connect.errors.topic": "gl.actuals.v1", "__connect.errors.offset": "42" },
      "__connect.errors.exception.message": "SerializationException: unknown magic byte",
    };
    expect(messageEvent(message("??", headers, "runs.dlq"), mapping)).toMatchObject({
      eventType: "FAIL",
      run: {
        facets: {
          tieout_exceptions: {
            exceptions: [{ code: "contract-drift", message: expect.stringContaining("(gl.actuals.v1, offset 42)") }],
          },
        },
      },
    });
  });

  test.each([["half a JSON {"], [{ specversion: "1.0", id: "1" }], ["12"]])(
    "nobody can read is told, not dropped: %j",
    (value) => {
      expect(messageEvent(message(value), mapping)).toMatchObject({
        eventType: "OTHER",
        run: { facets: { tieout_exceptions: { exceptions: [{ code: "contract-drift" }] } } },
      });
    },
  );
});

const hasKcat = spawnSync("kcat", ["-V"]).status === 0;

describe.skipIf(!hasKcat)("over Kafka's own protocol, before the broker librdkafka plays", () => {
  const broker = hasKcat ? startBroker() : null;
  afterAll(() => broker?.stop());
  const open = (url: string, topics: { name: string; front?: boolean }[] = []) => {
    const tools = { clock: { now: () => new Date("2026-08-01T03:00:00Z") }, fetch, log: pino({ level: "silent" }) };
    const one = Settings.parse({ ...settings, topics: [{ name: "runs" }, ...topics] });
    const system = { id: "kafka", namespace: "kafka://example", settings: one, connection: { url } };
    return kafka.open(system, { ...tools, counted: () => {} });
  };

  test("topics are read from their beginning, then on from the cursor, headers and all", async () => {
    const address = await broker!.address();
    produce(address, JSON.stringify(LINEAGE), []);
    const { data, ...attributes } = EVENT;
    const headers = Object.entries(attributes).flatMap(([name, text]) => ["-H", `ce_${name}=${text}`]);
    const connected = open(`kafka://${address}`);
    expect((await connected.check()).sees[0]).toMatch(/^runs: \d+ partitions$/);
    const first = await connected.pull(null);
    expect((first.events as RunEvent[]).map(({ job }) => job.name)).toEqual(["gl_daily"]);
    produce(address, JSON.stringify(data), headers);
    const second = await connected.pull(JSON.parse(JSON.stringify(first.cursor)) as Cursor);
    expect(second.events).toMatchObject([{ eventType: "COMPLETE", job: { name: "gl-sync DE01" } }]);
    expect(await connected.pull(second.cursor)).toMatchObject({ events: [], cursor: second.cursor, more: false });
  });

  test("a front topic's messages are handed on as they came, whatever they hold", async () => {
    const address = await broker!.address();
    const { data, ...attributes } = EVENT;
    const sent: [string, string[]][] = [
      [' {"eventTime" :  "2026-08-01T02:00:00Z", "n": 1.10 }', []],
      ["half a JSON {", []],
      [JSON.stringify(EVENT), ["-H", "content-type=application/cloudevents+json; charset=UTF-8"]],
      [JSON.stringify(data), Object.entries(attributes).flatMap(([name, text]) => ["-H", `ce_${name}=${text}`])],
    ];
    for (const [text, headers] of sent) produce(address, text, headers, "front");
    const connected = open(`kafka://${address}`, [{ name: "front", front: true }]);
    const texts: EventText[] = [];
    let cursor: Cursor | null = null;
    for (let more = true; more;) {
      const step: Pull<Cursor> = await connected.pull(cursor);
      texts.push(...(step.texts ?? []));
      ({ cursor, more } = step);
    }
    expect(texts).toEqual([
      { text: sent[0]![0] },
      { text: "half a JSON {" },
      { text: JSON.stringify(EVENT), form: "cloudevent" },
      { text: JSON.stringify(data), attributes },
    ]);
  });

  test("brokers nobody answers at are unreachable, in words", async () => {
    await expect(open("kafka://127.0.0.1:1").pull(null)).rejects.toMatchObject({
      name: "VendorError",
      code: "unreachable",
    });
  });
});

function produce(address: string, value: string, headers: string[], topic = "runs"): void {
  execFileSync("kcat", ["-P", "-b", address, "-t", topic, "-p", "0", ...headers], { input: `${value}\n` });
}

/** A producer that holds a cluster of its own inside and says where. */
function startBroker() {
  const child = spawn("kcat", ["-P", "-b", "none", "-t", "runs", "-X", "test.mock.num.brokers=1", "-d", "mock"]);
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  return {
    async address(): Promise<string> {
      for (let tries = 0; tries < 200; tries++) {
        const [, address] = /bootstrap\.servers=(\S+:\d+)/.exec(said) ?? [];
        if (address) return address;
        await sleep(50);
      }
      throw new Error("The broker did not start.");
    },
    stop: () => child.kill(),
  };
}
