import canonicalize from "canonicalize";
import fc from "fast-check";
import { hash } from "node:crypto";
import { expect, it } from "vitest";
import { examine } from "./examine.ts";

const origin = { door: "lineage", source: "key:test" } as const;

function identityOf(text: string): string {
  const examined = examine({ text }, origin, "2026-11-02T06:00:00.000Z", { maxEventBytes: 1_000_000 });
  if (!examined.ok) throw new Error(examined.reason);
  return examined.row.eventId;
}

const event = (facet: unknown) => ({
  eventTime: "2026-11-02T06:00:00.000Z",
  eventType: "COMPLETE",
  producer: "https://example.test",
  run: { runId: "0196eccd-8aa4-7274-9116-824575596aaf", facets: { custom: facet } },
  job: { namespace: "here", name: "there" },
});

it("knows an event by its canonical JSON as RFC 8785 writes it, whatever it holds", () => {
  const members = fc.dictionary(fc.string({ unit: "grapheme" }), fc.oneof(fc.string(), fc.integer(), fc.boolean()));
  fc.assert(
    fc.property(members, (facet) => {
      const text = JSON.stringify(event(facet));
      expect(identityOf(text)).toBe(hash("sha256", canonicalize(JSON.parse(text)) ?? ""));
    }),
  );
});

it("takes white space and the order of keys for the same event, and another number for another", () => {
  const { run, ...rest } = event({ a: 1, b: [2] });
  expect(identityOf(JSON.stringify({ run, ...rest }, null, 2))).toBe(identityOf(JSON.stringify({ ...rest, run })));
  expect(identityOf(JSON.stringify(event({ a: 2, b: [2] })))).not.toBe(
    identityOf(JSON.stringify(event({ a: 1, b: [2] }))),
  );
});

it.each([
  ["1e999", "2e999"],
  ["0.30000000000000001", "0.30000000000000002"],
  ["12345678901234567890", "12345678901234567891"],
])("tells %s from %s, which floating point cannot", (one, other) => {
  const text = (number: string) => JSON.stringify(event({ a: "#" })).replace('"#"', number);
  expect(identityOf(text(one))).not.toBe(identityOf(text(other)));
});
