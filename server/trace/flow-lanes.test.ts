import { expect, test } from "vitest";
import { meridian } from "../../test/unit/meridian-world.ts";
import { scene, type Told } from "../../test/traced-scene.ts";
import { lanesOf, subjectOf } from "./flow-lanes.ts";
import type { TracedRun } from "./traced-run.ts";

const HOPS: Record<string, [string, string]> = {
  extract: ["s4://meridian-prd", "GL_ACTUALS_EXTRACT"],
  message: ["cpi://meridian-prd", "GL_ACTUALS_OUT"],
  load: ["anaplan://meridian", "Finance.DAT01 Actuals"],
  refresh: ["powerbi://meridian", "Group close dashboard"],
};

/** Runs of Meridian's flow: what a scene writes to `data` is put where the estate has it. */
function flowRuns(...told: Told[]): TracedRun[] {
  return scene(told.map((each) => ({ correlationId: "GLA-1", ...each, writes: "x" }))).map((run) => {
    const [namespace, name] = HOPS[run.run.jobName] ?? ["airflow://x", "else"];
    return {
      ...run,
      run: { ...run.run, jobNamespace: namespace },
      writes: run.writes.map((w) => ({ ...w, namespace, name })),
    };
  });
}

const told = (...runs: Told[]) => {
  const traced = flowRuns(...runs);
  return lanesOf(meridian, subjectOf(meridian, traced, "GLA-1"), traced).map(
    ({ systemTitle, state, waitSeconds, gap }) => gap ?? `${systemTitle} ${state} ${waitSeconds ?? "-"}`,
  );
};

const EXTRACT: Told = { job: "extract", from: "08:00", to: "08:10" };
const MESSAGE: Told = { job: "message", from: "08:11", to: "08:15" };
const LOAD: Told = { job: "load", from: "08:14", to: "08:40" };

test.each<[string, string[], string[]]>([
  [
    "waits between hops, and overlaps as negative ones",
    told(EXTRACT, MESSAGE, LOAD, { job: "refresh", from: "09:00", to: "09:05" }),
    ["SAP S/4HANA delivered -", "Integration Suite delivered 60", "Anaplan delivered -60", "Power BI delivered 1200"],
  ],
  [
    "what has not come yet",
    told(EXTRACT, MESSAGE),
    [
      "SAP S/4HANA delivered -",
      "Integration Suite delivered 60",
      "No run of Anaplan was seen for this batch since Integration Suite delivered.",
      "No run of Power BI was seen for this batch since Integration Suite delivered.",
    ],
  ],
  [
    "a hop that is missing in the middle",
    told(EXTRACT, LOAD),
    [
      "SAP S/4HANA delivered -",
      "No run of Integration Suite was seen for this batch, though Anaplan has it.",
      "Anaplan delivered 240",
      "No run of Power BI was seen for this batch since Anaplan delivered.",
    ],
  ],
  [
    "what failed hands nothing on; what runs is waited for",
    [...told({ ...EXTRACT, state: "FAIL" }).slice(0, 2), ...told({ job: "extract", from: "08:00" }).slice(0, 2)],
    [
      "SAP S/4HANA failed -",
      "No run of Integration Suite was seen for this batch; SAP S/4HANA failed, so that nothing was handed on.",
      "SAP S/4HANA under-way -",
      "No run of Integration Suite was seen for this batch; SAP S/4HANA is not done yet.",
    ],
  ],
  [
    "runs outside the flow stand below it",
    told(EXTRACT, { job: "audit", from: "08:05", to: "08:06" }).slice(4),
    ["airflow://x delivered -"],
  ],
])("%s", (_, lanes, expected) => {
  expect(lanes).toEqual(expected);
});
