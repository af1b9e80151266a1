import { expect, it } from "vitest";
import type { Watermark } from "../../schemas/run.ts";
import { createKnownFigures } from "./known-figures.ts";

const mark = (ledger: string, completeThrough: string): Watermark => ({
  namespace: "plan://here",
  name: "Actuals",
  entity: "DE01",
  ledger,
  period: "2026-10",
  version: "actual",
  completeThrough,
  snapshotAsOf: null,
  eventAt: completeThrough,
  runId: `run of ${ledger}`,
});
const EARLY = "2026-11-02T06:00:00.000Z";
const LATE = "2026-11-02T08:00:00.000Z";

it.each([
  ["the ledger that lags most", [mark("0L", LATE), mark("2L", EARLY)], "2L"],
  ["the first by name of those that lag alike", [mark("2L", EARLY), mark("0L", EARLY)], "0L"],
])("answers %s, in whatever order they came", (_what, marks, ledger) => {
  for (const order of [marks, marks.toReversed()]) {
    const figures = createKnownFigures(3);
    for (const watermark of order) figures.addWatermark({ rank: 3, watermark });
    expect(figures.watermark({ namespace: "plan://here", name: "Actuals" }, "DE01", "2026-10", "actual")?.ledger).toBe(
      ledger,
    );
  }
});
