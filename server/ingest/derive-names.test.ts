import { expect, test } from "vitest";
import { readEvent } from "../../schemas/event/read-event.ts";
import { deriveNames } from "./derive-names.ts";

/** Names of an event whose run has these facets and whose one output has those. */
function namesOf(facets: object, output: object = {}): string[] {
  const reading = readEvent({
    ...{ eventType: "COMPLETE", eventTime: "2026-11-03T08:00:00Z", producer: "test" },
    job: { namespace: "here", name: "load" },
    run: { runId: "11111111-1111-4111-8111-111111111111", facets },
    outputs: [{ namespace: "there", name: "plan", facets: output }],
  });
  if (!reading.ok) throw new Error(reading.reason);
  return deriveNames(reading.lineage).map(({ kind, name }) => `${kind} ${name}`);
}

const run = (runId: string) => ({ job: { namespace: "up", name: "extract" }, run: { runId } });
const HASH = "ab".repeat(32);

test.each<[string, object, object, string[]]>([
  ["its parent and root", { parent: { ...run("p"), root: run("r") } }, {}, ["parent p", "root r"]],
  [
    "runs that feed it and are fed by it",
    { jobDependencies: { upstream: [run("u")], downstream: [run("d"), { job: {} }] } },
    {},
    ["upstream u", "downstream d"],
  ],
  [
    "its cause and its idempotency key",
    { tieout_correlation: { correlationId: "c", causationId: "why", idempotencyKey: "once" } },
    {},
    ["causation why", "idempotency once"],
  ],
  [
    "messages, batches, files and their content",
    { tieout_names: { messages: ["m"], batches: ["b"], files: [{ name: "f.csv", sha256: HASH.toUpperCase() }] } },
    {},
    ["message m", "batch b", "file f.csv", `file-hash ${HASH}`],
  ],
  ["a query of the warehouse", { externalQuery: { externalQueryId: "q" } }, {}, ["query q"]],
  [
    "documents it could not load, each once",
    {
      tieout_exceptions: {
        exceptions: ["1900, 1901", "1901;1902"].map((documentRef) => ({
          ...{ code: "unmapped-member", class: "business", message: "?", documentRef },
        })),
      },
    },
    {},
    ["document 1900", "document 1901", "document 1902"],
  ],
  ["the version of what it wrote", {}, { version: { datasetVersion: "7" } }, ["version there\nplan\n7"]],
  [
    "the file of lines behind it, by its own name",
    {},
    { tieout_lines: { format: "csv", location: "de01/october.csv", sha256: HASH } },
    ["file october.csv", `file-hash ${HASH}`],
  ],
  ["nothing where it says nothing", {}, {}, []],
  ["nothing that is no text", { parent: { run: { runId: 7 } }, externalQuery: null }, {}, []],
])("an event names %s", (_, facets, output, expected) => {
  expect(namesOf(facets, output)).toEqual(expected);
});

test("a run that names very much is found by the first five hundred names", () => {
  const exceptions = [
    {
      code: "unknown",
      class: "technical",
      message: "",
      documentRef: Array.from({ length: 900 }, (_, n) => `D${n}`).join(","),
    },
  ];
  expect(namesOf({ tieout_exceptions: { exceptions } })).toHaveLength(500);
});
