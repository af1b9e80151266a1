import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { attributesOfHeaders, readCloudEvent } from "../../schemas/event/cloud-event.ts";
import { sharedEvents } from "../../test/shared-events.ts";
import { examine } from "./examine.ts";
import type { EventInput } from "./input.ts";
import { splitBatch } from "./split-batch.ts";

const LIMITS = { maxEventBytes: 32 * 1024 * 1024 };
const VECTORS = new URL("../../../shared/cloudevents/samples/http_vectors.json", import.meta.url);

function outcome(input: EventInput): string {
  const result = examine(input, { door: "lineage", source: "test" }, "2026-11-04T14:00:00.000Z", LIMITS);
  if (!result.ok) return result.reason;
  return result.row.warnings.length === 0 ? "accepted" : "accepted with warnings";
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

const events = sharedEvents();
describe.skipIf(events.length === 0)("real OpenLineage events (skipped where ../shared is absent)", () => {
  test("all are accepted, but for those no run, job or dataset can be told of", () => {
    expect(new Set(events.map(({ file }) => file)).size).toBe(184);
    expect(tally(events.map(({ text }) => outcome({ text })))).toEqual({
      accepted: 269,
      "accepted with warnings": 56,
      "Expected run.runId as non-empty text, got nothing.": 3,
      "Expected run.runId as non-empty text, got null.": 1,
      "Expected job.name as non-empty text, got null.": 1,
    });
  });

  test("what their producers deviate in is warned of where it stands", () => {
    const places = events.flatMap(({ text }) => {
      const result = examine({ text }, { door: "lineage", source: "test" }, "2026-11-04T14:00:00.000Z", LIMITS);
      return result.ok
        ? result.row.warnings.map(({ path }) => path.replaceAll(/\d+/g, "#").replace(/acets\/.*/, "acets/*"))
        : [];
    });
    expect(tally(places)).toEqual({
      "/dataset": 1,
      "/dataset/facets": 2,
      "/eventTime": 14,
      "/eventType": 1,
      "/inputs": 1,
      "/inputs/#": 1,
      "/inputs/#/facets": 2,
      "/inputs/#/facets/*": 24,
      "/inputs/#/outputFacets": 4,
      "/job/facets": 4,
      "/job/facets/*": 15,
      "/outputs": 1,
      "/outputs/#/facets": 4,
      "/outputs/#/facets/*": 24,
      "/outputs/#/inputFacets": 4,
      "/producer": 8,
      "/run/facets": 4,
      "/run/facets/*": 10,
      "/run/runId": 2,
      "/schemaURL": 41,
    });
  });
});

interface Vector {
  name: string;
  mode: "binary" | "structured" | "batched";
  headers: Record<string, string>;
  body: string;
  expect?: { attributes: Record<string, string> };
}
const vectors = existsSync(VECTORS) ? (JSON.parse(readFileSync(VECTORS, "utf8")) as Vector[]) : [];

function inputsOf({ mode, headers, body }: Vector): EventInput[] {
  if (mode === "binary") return [{ text: body, attributes: attributesOfHeaders(Object.entries(headers)) }];
  const texts = mode === "batched" ? splitBatch(body, "") : [body];
  return texts.map((text) => ({ text, form: "cloudevent" }));
}

describe.skipIf(vectors.length === 0)("CloudEvents vectors (skipped where ../shared is absent)", () => {
  test("attributes are read as the conformance tests expect", () => {
    for (const vector of vectors.filter((each) => each.expect)) {
      const { contentType: _, datacontenttype, ...expected } = vector.expect?.attributes ?? {};
      const [input] = inputsOf(vector);
      const reading = readCloudEvent(input?.attributes ?? JSON.parse(input?.text ?? ""));
      if (!reading.ok) throw new Error(`${vector.name}: ${reading.reason}`);
      expect(reading.attributes, vector.name).toMatchObject({ ...expected, datacontenttype });
    }
  });

  test("none carries an OpenLineage event, and each is told why", () => {
    const reasons = vectors.flatMap(inputsOf).map((input) => outcome(input).replace(/^Not JSON: .*/s, "Not JSON"));
    expect(tally(reasons)).toEqual({
      'CloudEvent attribute specversion: expected specversion "1.0".': 10,
      "Expected a run with its job, or a job, or a dataset; there is none of them.": 15,
      "Expected an event as a JSON object, got a number.": 2,
      "Expected an event as a JSON object, got a string.": 2,
      "Expected an event as a JSON object, got an array.": 1,
      "Expected eventTime as text in ISO 8601, got nothing.": 3,
      "Not JSON": 9,
    });
  });
});
