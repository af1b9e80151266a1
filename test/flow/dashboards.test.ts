import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dashboard, MeasureName, Panel } from "../../schemas/dashboard.ts";
import { record } from "../../server/audit/record.ts";
import type { Actor } from "../../server/context.ts";
import { answerDashboard } from "../../server/dashboards/answer-dashboard.ts";
import { observingOf } from "../../server/dashboards/observing.ts";
import { CLICKHOUSE_FORMS, openEmptyClickHouse, type OpenedClickHouse } from "../clickhouse.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import { smallEstate } from "../small-estate.ts";
import { openTower, runEvent } from "./ingest/tower.ts";

const PERIOD = "2026-10";
const CONTROLLER: Actor = { kind: "person", id: "c", name: "C", role: "controller", entities: "all", scopes: [] };

/** A load of one entity: ran from `at` for so many minutes, and how it ended. */
interface Load {
  entity: string;
  at: string;
  minutes: number;
  end: "COMPLETE" | "FAIL";
  rejected?: number;
}
const LOADS: Load[] = [
  { entity: "DE01", at: "2026-11-02T09:00:00Z", minutes: 10, end: "COMPLETE" },
  { entity: "DE01", at: "2026-11-02T11:00:00Z", minutes: 5, end: "FAIL" },
  { entity: "DE01", at: "2026-11-02T11:25:00Z", minutes: 10, end: "COMPLETE", rejected: 14 },
  { entity: "US01", at: "2026-11-03T15:00:00Z", minutes: 15, end: "COMPLETE" },
  // Of the close before, and of no interest to this one but as what came before.
  { entity: "DE01", at: "2026-10-02T09:00:00Z", minutes: 30, end: "COMPLETE" },
];

describe.each(CLICKHOUSE_FORMS)("figures of dashboards, ClickHouse %s", (form) => {
  let opened: OpenedClickHouse;
  let engine: OpenedEngine;
  let answer: (panels: Panel[], actor?: Actor) => ReturnType<typeof answerDashboard>;

  beforeAll(async () => {
    opened = await openEmptyClickHouse(form);
    engine = await POSTGRES_ENGINES[0]!.open();
    const { clickhouse } = opened;
    const { postgres } = engine;
    const { ingest, facts, clock } = openTower(clickhouse);
    await ingest.acceptEvents(LOADS.flatMap(eventsOf), "test");
    await ingest.idle();
    const audited = (action: string, kind: "person" | "rule") =>
      postgres.transaction((tx) =>
        record(tx, {
          at: clock.now(),
          actor: { kind, id: "c", name: "C", role: null },
          action,
          subject: "request:1",
          detail: {},
        }),
      );
    await audited("request.create", "person");
    await audited("request.completed", "rule");
    await audited("key.create", "person");
    const observing = observingOf({
      ctx: { estate: smallEstate(), facts, clock, clickhouse, postgres },
      collectors: () => [],
    });
    const period = observing.calendars.period(PERIOD)!;
    answer = (panels, actor = CONTROLLER) => {
      const dashboard: Dashboard = { id: "d", title: "D", question: "?", audience: [], panels };
      return answerDashboard(observing, dashboard, period, actor);
    };
  });
  afterAll(async () => {
    await engine.stop();
    await opened.close();
  });

  const figure = (measure: MeasureName): Panel => ({ show: "figure", title: measure, measure });

  test.each<[MeasureName, number | null, number | null]>([
    ["runs", 4, 1],
    ["failed-share", 25, 0],
    ["partial-share", 25, 0],
    ["rejected-rows", 14, 0],
    ["run-minutes", 10, 30],
    ["repair-minutes", 30, null],
    ["exceptions", 1, 0],
    ["manual-touches", 1, 0],
  ])("%s is %s, and was %s the close before", async (measure, total, before) => {
    const { panels } = await answer([figure(measure)]);
    expect(panels[0]).toMatchObject({ total, before });
  });

  test("bars are worst first, and counts of nought are left out", async () => {
    const { panels } = await answer([
      { show: "bars", title: "Failed", measure: "failed-share", by: "entity", most: 12 },
      { show: "bars", title: "Rejected", measure: "rejected-rows", by: "entity", most: 12 },
      { show: "bars", title: "Runs", measure: "runs", by: "flow", most: 12 },
    ]);
    expect(panels.map(({ points }) => points.map(({ label, value }) => [label, value]))).toEqual([
      [
        ["DE01 Eins GmbH", 33.33],
        ["US01 One Inc", 0],
      ],
      [["DE01 Eins GmbH", 14]],
      [["Actuals to the dashboard", 4]],
    ]);
  });

  test("a trend goes by day, or over the closes", async () => {
    const { panels } = await answer([
      { show: "trend", title: "Runs", measure: "runs", over: "day" },
      { show: "trend", title: "Runs", measure: "runs", over: "period" },
    ]);
    expect(panels[0]?.points.map(({ key, value }) => [key, value])).toEqual([
      ["2026-11-02", 3],
      ["2026-11-03", 1],
    ]);
    expect(panels[1]?.points.map(({ key, value }) => [key, value])).toEqual([
      ["2026-09", 1],
      ["2026-10", 4],
    ]);
  });

  test("whoever may see one entity sees the figures of that one", async () => {
    const { panels } = await answer([figure("runs"), figure("rejected-rows")], { ...CONTROLLER, entities: ["US01"] });
    expect(panels.map(({ total }) => total)).toEqual([1, 0]);
  });
});

function eventsOf({ entity, at, minutes, end, rejected }: Load, index: number) {
  const period = at < "2026-10-15" ? "2026-09" : PERIOD;
  const outputs = [
    { namespace: "planning://small", name: "PLAN", facets: { tieout_position: { positions: [{ entity, period }] } } },
  ];
  const job = { namespace: "planning://small", name: `Load ${entity}` };
  const runId = `0190c1d2-0000-7000-8000-0000000000${String(index).padStart(2, "0")}`;
  const lost = rejected !== undefined && {
    tieout_outcome: { vendorStatus: "COMPLETE", qualifier: "partial", rowsRejected: rejected },
    tieout_exceptions: { exceptions: [{ code: "unmapped-member", class: "business", message: "7710 is not mapped" }] },
  };
  const ended = new Date(Date.parse(at) + minutes * 60_000).toISOString();
  return [
    runEvent({ eventTime: new Date(at).toISOString(), run: { runId }, job, outputs }),
    runEvent({ eventTime: ended, eventType: end, run: { runId, facets: { ...lost } }, job, outputs }),
  ];
}
