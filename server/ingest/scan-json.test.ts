import * as fc from "fast-check";
import { expect, test } from "vitest";
import { memberText, scanJson, splitArray } from "./scan-json.ts";

/** JSON values whose texts hold quotes, brackets and backslashes. */
const json = fc.jsonValue({
  maxDepth: 4,
  stringUnit: fc.constantFrom("a", '"', "\\", "{", "}", "[", "]", ",", ":", " "),
});
const spaces = fc.constantFrom(undefined, 1, "\t");

function count(value: unknown): { keys: number; depth: number } {
  if (typeof value !== "object" || value === null) return { keys: 0, depth: 0 };
  const inner = Object.values(value).map(count);
  return {
    keys: (Array.isArray(value) ? 0 : Object.keys(value).length) + inner.reduce((sum, { keys }) => sum + keys, 0),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  };
}

test("keys and depth are those of the parsed value", () => {
  fc.assert(
    fc.property(json, spaces, (value, space) => {
      const { keys, depth } = scanJson(JSON.stringify(value, null, space));
      expect({ keys, depth }).toEqual(count(value));
    }),
  );
});

test("repeated keys count each time, long numbers are noticed", () => {
  expect(scanJson('{"a":1,"a":{"a":2}}')).toEqual({ keys: 3, depth: 2, inexact: false });
  expect(scanJson('{"a":12345678901234567}').inexact).toBe(true);
  expect(scanJson('{"a":"12345678901234567"}').inexact).toBe(false);
});

test("an array's elements come out exactly as written", () => {
  fc.assert(
    fc.property(fc.array(json), spaces, (values, space) => {
      const text = JSON.stringify(values, null, space);
      const pieces = splitArray(text);
      expect(pieces?.map((piece) => JSON.parse(piece) as unknown)).toEqual(JSON.parse(text));
      for (const piece of pieces ?? []) expect(text).toContain(piece);
    }),
  );
});

test.each(["[", "[1", "[1}", "[1] x", "{}", "", '["a]'])("%s is no array to split", (text) => {
  expect(splitArray(text)).toBeNull();
});

test("one malformed element leaves the others whole", () => {
  expect(splitArray('[{"a":1},{oops},{"b":2}]')).toEqual(['{"a":1}', "{oops}", '{"b":2}']);
});

test("a member's text is cut out as written, of a repeated key the last", () => {
  expect(memberText('{"data": {"x": 1.10, "x": 2} , "z":1}', "data")).toBe('{"x": 1.10, "x": 2}');
  expect(memberText('{"data":1,"data":[2]}', "data")).toBe("[2]");
  expect(memberText('{"d\\u0061ta":1}', "data")).toBe("1");
  expect(memberText('{"a":{"data":1}}', "data")).toBeNull();
});
