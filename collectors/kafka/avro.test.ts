import avro from "avsc";
import pino from "pino";
import { describe, expect, test } from "vitest";
import { createAvroReader } from "./avro.ts";
import type { Message } from "./message.ts";
import { Settings } from "./settings.ts";

const SCHEMA = {
  ...{ type: "record", name: "Posting" },
  fields: [
    { name: "amount", type: { type: "bytes", logicalType: "decimal", precision: 18, scale: 2 } },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "note", type: ["null", "string"] },
    { name: "rows", type: "long" },
  ],
} as const;
const plain = avro.Type.forSchema(SCHEMA as never);
const settings = Settings.parse({ topics: [{ name: "runs", avro: true }, { name: "json" }] });

/** A registry of one schema, which counts what it is asked. */
function reader(answer: (id: string) => Response) {
  const asked: string[] = [];
  const decoded = createAvroReader(
    {
      ...{ id: "kafka", namespace: "kafka://x", settings },
      connection: { registryUrl: "http://registry", registryUser: "u", registryPassword: "p" },
    },
    {
      clock: { now: () => new Date("2026-11-02T09:00:00Z") },
      fetch: async (url) => (asked.push(String(url)), answer(String(url).split("/").at(-1)!)),
      ...{ log: pino({ level: "silent" }), counted: () => {}, wait: async () => {} },
    },
  );
  return { decoded, asked };
}
const message = (bytes: Buffer, topic = "runs"): Message => ({
  ...{ topic, partition: 0, offset: 7, at: null, headers: {}, bytes, value: bytes.toString("utf8") },
});
const written = (id: number, body: Buffer) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return message(Buffer.concat([head, body]));
};
const posting = (amount: number[], note: string | null = null) =>
  plain.toBuffer({ amount: Buffer.from(amount), at: 1_793_610_000_000, note, rows: 12 });
const schema = (value: unknown = SCHEMA, schemaType?: string) =>
  Response.json({ schema: JSON.stringify(value), schemaType });

describe("a message in Avro", () => {
  test.each([
    ["a debit", [0x01, 0xe2, 0x40], "1234.56"],
    ["a credit", [0xfe, 0x1d, 0xc0], "-1234.56"],
    ["a cent", [0x01], "0.01"],
    [
      "more digits than a number holds",
      [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      "23611832414348226068.47",
    ],
    ["nothing", [], "0.00"],
  ])("is read as the JSON of the same event: %s", async (_, amount, expected) => {
    const { decoded } = reader(() => schema());
    const { value, unreadable } = await decoded(written(3, posting(amount, "x")));
    expect(unreadable).toBeUndefined();
    expect(JSON.parse(value)).toEqual({ amount: expected, at: "2026-11-02T09:00:00.000Z", note: "x", rows: 12 });
  });

  test("leaves out what is null, and asks for a schema once", async () => {
    const { decoded, asked } = reader(() => schema());
    const { value } = await decoded(written(3, posting([1])));
    await decoded(written(3, posting([2])));
    expect(JSON.parse(value)).not.toHaveProperty("note");
    expect(asked).toEqual(["http://registry/schemas/ids/3"]);
  });

  test.each([
    ["no schema in front", message(Buffer.from('{"a":1}')), () => schema(), "it names no schema"],
    ["a schema nobody registered", written(9, posting([1])), () => new Response("{}", { status: 404 }), "no schema 9"],
    ["Protobuf", written(3, posting([1])), () => schema("syntax", "PROTOBUF"), "PROTOBUF, which is not decoded"],
    ["half a record", written(3, posting([1]).subarray(0, 4)), () => schema(), "does not fit its schema"],
    ["a schema that is none", written(3, posting([1])), () => schema({ type: "gone" }), "cannot be understood"],
  ])("that is %s says so, and the topic goes on", async (_, given, answer, why) => {
    expect((await reader(answer).decoded(given)).unreadable).toContain(why);
  });

  test("waits where the registry cannot be asked", async () => {
    const { decoded } = reader(() => new Response("gone", { status: 503 }));
    await expect(decoded(written(3, posting([1])))).rejects.toMatchObject({ code: "unreachable" });
  });

  test("of another topic stays as it is", async () => {
    const { decoded, asked } = reader(() => schema());
    const json = message(Buffer.from("{}"), "json");
    expect(await decoded(json)).toBe(json);
    expect(asked).toEqual([]);
  });
});
