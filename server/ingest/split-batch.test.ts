import { expect, test } from "vitest";
import { Fault } from "../fault.ts";
import { splitBatch } from "./split-batch.ts";

test.each<[string, string, string, string[]]>([
  ["an array", '[{"a":1}, {"b":2}]', "application/json", ['{"a":1}', ' {"b":2}']],
  ["an empty array", " [ ] ", "application/json", []],
  ["lines", '{"a":1}\n{"b":2}\r\n\n', "application/x-ndjson", ['{"a":1}', '{"b":2}']],
  ["a malformed line among others", '{"a":1}\n{oops\n{"b":2}', "application/x-ndjson", ['{"a":1}', "{oops", '{"b":2}']],
  ["lines that do not say so", '{"a":1}\n{"b":2}', "application/json", ['{"a":1}', '{"b":2}']],
  ["one event over several lines", '{\n"a":1\n}', "application/json", ['{\n"a":1\n}']],
  ["an array that never ends", '[{"a":1}', "application/json", ['[{"a":1}']],
  ["an array behind a byte order mark", '\uFEFF[{"a":1}]', "application/json", ['{"a":1}']],
])("%s", (_what, text, contentType, pieces) => {
  expect(splitBatch(text, contentType)).toEqual(pieces);
});

test("too many events at once are refused", () => {
  expect(() => splitBatch(`[${"{},".repeat(10_000)}{}]`, "")).toThrow(Fault);
});
