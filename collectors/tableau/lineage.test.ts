import pino from "pino";
import { describe, expect, test } from "vitest";
import { VendorError } from "../collector.ts";
import type { TableauClient } from "./client.ts";
import { lineageEvents, readLineage } from "./lineage.ts";
import { TableauSettings } from "./settings.ts";
import { MetadataAnswer } from "./vendor.ts";

const namespace = "tableau://meridian";
const settings = TableauSettings.parse({
  jobs: [{ name: "Refresh GL Cube", dataset: "GL", entities: ["DE01"] }],
  lineage: {
    everyMinutes: 60,
    sources: [{ contains: "DAT01", namespace: "anaplan://m", name: "Finance.DAT01 Actuals" }],
  },
});
const table = { name: "DAT01", schema: "plan", connectionType: "postgres", database: { name: "finance" } };
const other = { name: "rates", fullName: "[ref].[rates]", connectionType: "sqlserver", database: { name: "dwh" } };
const answer = {
  data: {
    publishedDatasources: [{ name: "GL Cube", upstreamTables: [table, table, other] }],
    workbooks: [
      { name: "Sales", upstreamTables: [{ name: "orders", connectionType: null, database: null }] },
      { name: "Board pack", upstreamTables: [table], upstreamDatasources: [{ name: "GL Cube" }] },
    ],
  },
  errors: [{ message: "Showing partial results." }],
};
const { data } = MetadataAnswer.parse(answer);
const told = (events: ReturnType<typeof lineageEvents>) =>
  events.map(({ dataset: { name, facets } }) => [
    name,
    (facets as unknown as { lineage: { inputs: { namespace: string; name: string }[] } }).lineage.inputs.map(
      (input) => `${input.namespace} ${input.name}`,
    ),
  ]);

test("data sources come from their tables, workbooks from the data sources they show or else from tables", () => {
  expect(told(lineageEvents({ namespace, settings }, data, "2026-11-02T09:00:00.000Z"))).toEqual([
    ["GL", ["anaplan://m Finance.DAT01 Actuals", "sqlserver://dwh ref.rates"]],
    ["Workbooks/Board pack", ["tableau://meridian GL"]],
    ["Workbooks/Sales", ["table://unknown orders"]],
  ]);
});

describe("reading on", () => {
  const reading = (at: string, metadata: () => Promise<typeof data>) => {
    const client = { vendorNow: () => new Date(at), metadata } as unknown as TableauClient;
    return (before: Parameters<typeof readLineage>[2]) =>
      readLineage(client, { namespace, settings }, before, pino({ level: "silent" }));
  };

  test("asks once an hour, and tells only what changed", async () => {
    let asked = 0;
    const metadata = async () => ((asked += 1), data);
    const first = await reading("2026-11-02T09:20:00Z", metadata)(null);
    expect(first.events).toHaveLength(3);
    expect(first.events[0]!.eventTime).toBe("2026-11-02T09:00:00.000Z");
    const second = await reading("2026-11-02T09:59:00Z", metadata)(first.mark);
    expect([second.events, second.mark, asked]).toEqual([[], first.mark, 1]);
    const third = await reading("2026-11-02T10:00:00Z", metadata)(first.mark);
    expect([third.events, asked]).toEqual([[], 2]);
  });

  test("what is refused hides no run and waits for its next time; what may pass is told", async () => {
    const failing = (code: VendorError["code"]) => () => Promise.reject(new VendorError(code, "no"));
    const refused = await reading("2026-11-02T09:20:00Z", failing("refused"))(null);
    expect(refused).toEqual({ events: [], mark: { askedAt: "2026-11-02T09:00:00.000Z", told: "" } });
    for (const code of ["unreachable", "unauthorized"] as const)
      await expect(reading("2026-11-02T09:20:00Z", failing(code))(null)).rejects.toMatchObject({ code });
  });
});
