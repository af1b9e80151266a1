import { describe, expect, test } from "vitest";
import { runIdOf } from "../run-id.ts";
import golden from "./fixtures/completed.event.json" with { type: "json" };
import completed from "./fixtures/completed.json" with { type: "json" };
import { messageEvents } from "./map.ts";
import { Settings } from "./settings.ts";
import { MessageLog } from "./vendor.ts";

const mapping = {
  namespace: "cpi://meridian-prd",
  settings: Settings.parse({
    iflows: [
      {
        name: "GL_ACTUALS_OUT {entity}",
        dataset: "GL_ACTUALS_OUT",
        inputs: [{ namespace: "s4://meridian-prd", name: "GL_ACTUALS_EXTRACT" }],
        upstream: { namespace: "s4://meridian-prd", job: "FI_GL_ACTUALS_EXTRACT {entity}", header: "s4JobRun" },
        downstream: { namespace: "anaplan://meridian", job: "Load Actuals {entity}", header: "anaplanTaskId" },
      },
    ],
    customStatuses: { PARTIAL: "partial" },
  }),
};

function eventsOf(change: Record<string, unknown>, sighting: { attempt?: number; errorText?: string } = {}) {
  const row = MessageLog.parse({ ...completed, ...change });
  return messageEvents(row, { first: true, attempt: 1, errorText: "", ...sighting }, mapping);
}

test("a completed message becomes its start and its delivery, to the letter", () => {
  const events = eventsOf({});
  expect(events).toEqual(golden);
  expect(JSON.stringify(eventsOf({}))).toBe(JSON.stringify(events));
});

describe("statuses", () => {
  test.each([
    ["RETRY", "RUNNING"],
    ["COMPLETED", "COMPLETE"],
    ["FAILED", "FAIL"],
    ["ESCALATED", "FAIL"],
    ["ABANDONED", "FAIL"],
    ["CANCELLED", "ABORT"],
    ["DISCARDED", "ABORT"],
    ["SOMETHING_NEW", "OTHER"],
  ])("%s is %s", (status, type) => {
    const last = eventsOf({ Status: status }).at(-1)!;
    expect(last.eventType).toBe(type);
    expect(last.run.facets?.tieout_outcome).toMatchObject({ vendorStatus: status });
    const totals = last.outputs[0]?.facets?.tieout_controlTotals;
    expect(Boolean(totals)).toBe(status === "COMPLETED");
  });

  test("a message just begun is only a start; one that has started an Anaplan process also says so", () => {
    const begun = eventsOf({ Status: "PROCESSING", CustomHeaderProperties: { results: [] } });
    expect(begun.map((event) => event.eventType)).toEqual(["START"]);
    const linked = eventsOf({ Status: "PROCESSING" });
    expect(linked.map((event) => event.eventType)).toEqual(["START", "RUNNING"]);
    expect(linked[1]?.run.facets?.jobDependencies).toMatchObject({
      downstream: [
        {
          job: { namespace: "anaplan://meridian", name: "Load Actuals DE01" },
          run: { runId: runIdOf("anaplan://meridian", "7D3E0F") },
        },
      ],
    });
  });

  test("a discarded message is superseded, a custom status qualifies", () => {
    expect(eventsOf({ Status: "DISCARDED" }).at(-1)?.run.facets?.tieout_outcome).toMatchObject({
      qualifier: "superseded",
    });
    expect(eventsOf({ CustomStatus: "PARTIAL" }).at(-1)?.run.facets?.tieout_outcome).toMatchObject({
      qualifier: "partial",
    });
  });

  test("an iFlow the settings do not name is a run without datasets", () => {
    const event = eventsOf({ IntegrationFlowName: "Payments" }).at(-1)!;
    expect(event).toMatchObject({ eventType: "COMPLETE", job: { name: "Payments" }, inputs: [], outputs: [] });
  });
});

describe("error texts", () => {
  test.each([
    ["No mapping found for cost centre '47110815' in value mapping", "unmapped-member", "47110815"],
    ["Posting period 010/2026 is closed in the target model", "period-closed-at-target", undefined],
    ["HttpResponseException: HTTP operation failed with statusCode: 429", "api-limit", undefined],
    ["HTTP operation failed invoking https://api with statusCode: 401", "credential-expiry", undefined],
    ["java.net.SocketTimeoutException: Read timed out", "job-failed", undefined],
    ["Der Vorgang wurde nicht ausgeführt", "unknown", undefined],
    ["", "unknown", undefined],
  ])("%s → %s", (errorText, code, member) => {
    const event = eventsOf({ Status: "FAILED" }, { errorText }).at(-1)!;
    const [exception] = (event.run.facets!.tieout_exceptions as { exceptions: Record<string, unknown>[] }).exceptions;
    expect(exception).toMatchObject({ code, entity: "DE01", period: "2026-10" });
    expect(exception?.member).toBe(member);
    expect(exception?.message).toBe(errorText || "The message is FAILED.");
  });
});

test("a total that is not a number is reported, never guessed", () => {
  const results = completed.CustomHeaderProperties.results.map((header) =>
    header.Name === "debitTotal" ? { ...header, Value: "1.234.567,89" } : header,
  );
  const event = eventsOf({ CustomHeaderProperties: { results } }).at(-1)!;
  expect(event.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code: "contract-drift", message: 'Custom header debitTotal is not a number: "1.234.567,89".' }],
  });
  const { totals } = event.outputs[0]!.facets!.tieout_controlTotals as { totals: { measure: string }[] };
  expect(totals.map((total) => total.measure)).toEqual(["count", "credit", "net"]);
});
