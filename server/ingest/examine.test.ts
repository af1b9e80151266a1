import { describe, expect, test } from "vitest";
import { examine } from "./examine.ts";
import type { EventInput } from "./input.ts";

const origin = { door: "lineage", source: "test" } as const;
const run = { eventTime: "2026-11-04T13:20:00Z", eventType: "START", producer: "p", schemaURL: "s" };
const event = { ...run, run: { runId: "0190c1d2-0000-7000-8000-000000000001" }, job: { namespace: "n", name: "j" } };

function examined(text: string, input: Omit<EventInput, "text"> = {}, maxEventBytes = 1024 * 1024) {
  return examine({ text, ...input }, origin, "2026-11-04T14:00:00.000Z", { maxEventBytes });
}
function accepted(text: string, input: Omit<EventInput, "text"> = {}) {
  const result = examined(text, input);
  if (!result.ok) throw new Error(result.reason);
  return result.row;
}

test("white space and the order of keys make no other event, content does", () => {
  const reordered = JSON.stringify(Object.fromEntries(Object.entries(event).toReversed()), null, 2);
  const first = accepted(JSON.stringify(event));
  expect(accepted(reordered).eventId).toBe(first.eventId);
  expect(accepted(JSON.stringify({ ...event, eventType: "COMPLETE" })).eventId).not.toBe(first.eventId);
});

test("numbers beyond floating point keep two events apart", () => {
  const withNumber = (number: string) => JSON.stringify(event).replace("}", `,"n":${number}}`);
  expect(accepted(withNumber("9007199254740993")).eventId).not.toBe(accepted(withNumber("9007199254740992")).eventId);
  expect(accepted(withNumber("1e999")).eventId).toMatch(/^[0-9a-f]{64}$/);
});

test("the text is kept exactly as it came", () => {
  const text = JSON.stringify(event, null, 3).replace("{", '{ "x": 1.10, "x": 1.20,');
  const row = accepted(text);
  expect(row.raw).toBe(text);
  expect(row.warnings).toEqual([
    { path: "", message: 'Keys are repeated with different values ("x"); the last one was used.' },
  ]);
});

test("keys repeated with the same value are told apart from those that differ", () => {
  const [warning] = accepted(JSON.stringify(event).replace("{", '{"producer":"p",')).warnings;
  expect(warning?.message).toBe("Keys are repeated, each time with the same value.");
});

test("a byte order mark and half a surrogate pair are warned of", () => {
  expect(accepted(`\uFEFF${JSON.stringify(event)}`).warnings[0]?.message).toContain("byte order mark");
  const row = accepted(JSON.stringify({ ...event, job: { namespace: "n", name: "x\ud800" } }));
  expect(row.jobName).toBe("x\uFFFD");
  expect(row.warnings[0]?.message).toContain("surrogate");
});

describe("refused", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const wide = `{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":0`).join(",")}}`;
  test.each<[string, string, string, boolean]>([
    ["empty text", "  ", "The input is empty.", true],
    ["not JSON", "{oops}", "Not JSON:", true],
    ["a JSON text that is no object", '"hello"', "Expected an event as a JSON object, got a string.", true],
    ["deep nesting", `{"a":${deep}}`, "nests 100001 levels deep", false],
    ["a million keys", wide, "has 1000000 keys", false],
    ["too many bytes", JSON.stringify({ ...event, x: "ü".repeat(9_000_000) }), "at most 16000000 are accepted", false],
    ["no event", "{}", "Expected eventTime", false],
  ])("%s", (_what, text, reason, malformed) => {
    const result = examined(text, {}, 16_000_000);
    if (result.ok) throw new Error("was accepted");
    expect(result.reason).toContain(reason);
    expect(result.malformed).toBe(malformed);
  });
});

describe("CloudEvents", () => {
  const attributes = { specversion: "1.0", id: "42", source: "/scheduler", type: "run", time: event.eventTime };
  const { eventTime: _, producer: __, ...bare } = event;

  test("in any mode the event inside is the same, and known by source and id", () => {
    const binary = accepted(JSON.stringify(bare), { attributes });
    const structured = accepted(JSON.stringify({ ...attributes, data: bare }), { form: "cloudevent" });
    const asText = accepted(JSON.stringify({ ...attributes, data: JSON.stringify(bare) }), { form: "cloudevent" });
    const base64 = Buffer.from(JSON.stringify(bare)).toString("base64");
    const packed = accepted(JSON.stringify({ ...attributes, data_base64: base64 }), { form: "cloudevent" });
    for (const row of [binary, structured, asText, packed]) {
      expect(row).toMatchObject({ eventId: binary.eventId, raw: JSON.stringify(bare), producer: "/scheduler" });
      expect(row.eventTime).toBe("2026-11-04T13:20:00.000Z");
      expect(JSON.parse(row.envelope)).toEqual(attributes);
    }
  });

  test.each<[string, EventInput, string]>([
    ["an old version", { text: "{}", attributes: { ...attributes, specversion: "0.3" } }, 'expected specversion "1.0"'],
    ["no id", { text: "{}", attributes: { ...attributes, id: "" } }, "expected an id"],
    ["no data", { text: JSON.stringify(attributes), form: "cloudevent" }, "carries no data"],
    ["an array", { text: "[]", form: "cloudevent" }, "Expected a CloudEvent as a JSON object, got an array."],
  ])("%s is refused", (_what, { text, ...input }, reason) => {
    const result = examined(text, input);
    if (result.ok) throw new Error("was accepted");
    expect(result.reason).toContain(reason);
  });
});
