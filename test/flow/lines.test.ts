import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LineComparison, LineExtract, LineExtractDetail, LineExtractPage } from "../../schemas/wire/lines.ts";
import { createApp } from "../../server/app.ts";
import type { Actor, Context } from "../../server/context.ts";
import type { IncomingRow } from "../../server/ingest/incoming-row.ts";
import { referencedBy, takeInReferenced } from "../../server/lines/referenced-lines.ts";
import { demand, type Permit } from "../../server/people/permit.ts";
import { lineRoutes } from "../../server/routes/lines.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { CLICKHOUSE_FORMS, openEmptyClickHouse } from "../clickhouse.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";
import { smallEstate } from "../small-estate.ts";

const estate = smallEstate();
const [LEFT, RIGHT] = estate.datasets.map(({ id }) => id) as [string, string];
const robot = (entities: Actor["entities"]): Actor => ({
  ...{ kind: "key", id: "robot", name: "robot", role: null, entities },
  scopes: ["lines:write", "board:read"],
});
const ENTITY = estate.entities[0]!.id;
const HEADER = "company,document,line,account,currency,amount";
const LAYOUT = { key: "company,document,line", dimensions: "account" };
const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");

async function openLines(form: (typeof CLICKHOUSE_FORMS)[number]) {
  const { clickhouse, close } = await openEmptyClickHouse(form);
  await migrateClickHouse(clickhouse);
  const { postgres, stop } = await POSTGRES_ENGINES[0]!.open();
  const directory = mkdtempSync(join(tmpdir(), "tieout-lines-"));
  let now = Date.parse("2026-11-03T08:00:00.000Z");
  const clock = { now: () => new Date((now += 1_000)) };
  const log = pino({ level: "silent" });
  const ctx = { clickhouse, postgres, clock, estate, log, linesDirectory: directory } as unknown as Context;
  const permit: Permit = (scope) => async (c, next) => {
    const actor = robot(c.req.header("x-sees") === "nothing" ? [] : "all");
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  const app = createApp({ log, routes: [lineRoutes({ ctx, permit })], ui: null, maxEventBytes: 1_000_000 });
  const ask = async <T>(path: string, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, { headers });
    return { status: answer.status, body: (await answer.json()) as T & { detail: string; extract: string } };
  };
  return {
    ...{ directory, ask, ctx },
    async handIn(body: string | Buffer, said: Record<string, string> = {}, headers: Record<string, string> = {}) {
      const place = { dataset: LEFT, entity: ENTITY, period: "2026-10", run: "run-1", format: "csv", ...LAYOUT };
      const query = new URLSearchParams({ ...place, ...said });
      const answer = await app.request(`/api/v1/lines?${query}`, { method: "POST", body: Buffer.from(body), headers });
      return {
        status: answer.status,
        body: (await answer.json()) as LineExtract & { detail: string; extract: string },
      };
    },
    compare: async (left: string, right: string, more = "") =>
      (await ask<LineComparison>(`/api/v1/lines/compare?left=${left}&right=${right}${more}`)).body,
    async close() {
      await close();
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

type Lines = Awaited<ReturnType<typeof openLines>>;

describe.each(CLICKHOUSE_FORMS)("line extracts, %s", (form) => {
  let lines: Lines;
  beforeAll(async () => void (lines = await openLines(form)), 60_000);
  afterAll(() => lines.close());

  const file = (...rows: string[]) => `${[HEADER, ...rows].join("\n")}\n`;

  it("are taken in once, exactly, and held against what was declared", async () => {
    const text = file(
      `DE01,1,1,400000,EUR,0.1`,
      `DE01,1,2,"400,001",EUR,0.2`,
      `DE01,2,1,400000,JPY,-99999999999999999999999999`,
    );
    const said = { run: "once", rowCount: "3", sha256: sha256(text), sums: "EUR=0.3,JPY=-99999999999999999999999999" };
    const first = await lines.handIn(text, said);
    expect(first).toMatchObject({
      status: 201,
      body: { state: "loaded", rows: 3, flaws: 0, verified: ["checksum", "row count", "sums"] },
    });
    expect(first.body.sums).toEqual([
      { currency: "EUR", amount: "0.3" },
      { currency: "JPY", amount: "-99999999999999999999999999" },
    ]);
    const again = await lines.handIn(gzipSync(text), said, { "content-encoding": "gzip" });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(readdirSync(join(lines.directory, "incoming"))).toEqual([]);
  });

  it("are quarantined whole when they are not what was declared, and the next file goes on", async () => {
    const text = file("DE01,1,1,400000,EUR,10");
    for (const [said, reason] of [
      [{ rowCount: "2" }, "The file holds 1 rows, 2 were declared. It may be cut short."],
      [{ sums: "EUR=11" }, "The amounts add up to 10 EUR, 11 were declared."],
      [{ sha256: "0".repeat(64) }, `${"0".repeat(64)} was declared`],
      [{ delimiter: ";" }, "declare that as delimiter"],
      [{ dimensions: "account,cost_centre" }, "The header lacks the column cost_centre."],
    ] as const) {
      const answer = await lines.handIn(text, { run: "off", ...said });
      expect(answer.status).toBe(422);
      expect(answer.body.detail).toContain(reason);
      expect(existsSync(join(lines.directory, "quarantined", `${answer.body.extract}.csv`))).toBe(true);
      const told = await lines.ask<LineExtractDetail>(`/api/v1/lines/${answer.body.extract}`);
      expect(told.body.extract).toMatchObject({ state: "quarantined", rows: 0 });
    }
    expect((await lines.handIn(text, { run: "off" })).body.state).toBe("loaded");
  });

  it("name each row that cannot be read, with its number, and keep the others", async () => {
    const text = file(
      "DE01,1,1,400000,EUR,1",
      'DE01,2,1,400000,EUR,"1,234.56"',
      "DE01,3,1,400000,EUR,(5.00)",
      "DE01,4,1,400000,XXQ,5",
      "DE01,5,1,400000,EUR",
      "DE01,6,1,400000,EUR,100000000000000000000000000",
      "DE01,7,1,400000,EUR,0.1234567890123",
      ",,,400000,EUR,5",
      "DE01,9,1,400000,EUR,1e3",
      "DE01,10,1,400000,EUR,2",
    );
    const answer = await lines.handIn(text, { run: "flawed", rowCount: "10" });
    expect(answer).toMatchObject({
      status: 201,
      body: { state: "flawed", rows: 2, flaws: 8, verified: ["row count"] },
    });
    const { body } = await lines.ask<LineExtractDetail>(`/api/v1/lines/${answer.body.id}`);
    expect(body.flaws.map(({ row, reason }) => `${row} ${reason}`)).toEqual([
      "2 amount “1,234.56” is not written with decimal “.” and no sign between thousands; declare decimal and group as they are.",
      "3 amount “(5.00)” is in parentheses; declare negative=parentheses if that means below zero.",
      "4 currency “XXQ” is no currency.",
      "5 The row has 5 columns, the header has 6.",
      "6 amount “100000000000000000000000000” has 27 digits before the point; at most 26 can be kept exactly.",
      "7 amount “0.1234567890123” has 13 decimals; at most 12 can be kept exactly.",
      "8 The key is empty: company, document, line.",
      "9 amount “1e3” is not a number.",
    ]);
    expect(body.flaws[0]!.fields).toMatchObject({ document: "2", amount: "1,234.56" });
  });

  it("read other ways of writing when they are declared", async () => {
    const german =
      'company;document;line;account;currency;amount\nDE01;1;1;Bürobedarf;EUR;"1.234,50-"\nDE01;1;2;x;EUR;2,5\n';
    const said = { run: "german", delimiter: ";", decimal: ",", group: ".", negative: "trailing" };
    const latin = await lines.handIn(Buffer.from(german, "latin1"), { ...said, encoding: "windows-1252" });
    expect(latin.body).toMatchObject({ state: "loaded", sums: [{ currency: "EUR", amount: "-1232" }] });
    const unsaid = await lines.handIn(Buffer.from(german, "latin1"), said);
    expect(unsaid.body).toMatchObject({ state: "flawed", rows: 1 });
    expect(unsaid.body.reason).toContain("Row 1: The row is not text in UTF-8; declare its encoding.");
    const ndjson =
      '{"company":"DE01","document":"1","line":1,"account":null,"currency":"EUR","amount":12.10}\n{"company"\n';
    const json = await lines.handIn(ndjson, { run: "json", format: "ndjson" });
    expect(json.body).toMatchObject({ state: "flawed", rows: 1, sums: [{ currency: "EUR", amount: "12.1" }] });
    expect(json.body.reason).toBe("1 row cannot be read. Row 2: The row is not JSON.");
  });

  it("lie side by side with what differs, in either way of reading", async () => {
    const row = (document: number, amount: string, account = "400000") => `DE01,${document},1,${account},EUR,${amount}`;
    const alike = Array.from({ length: 60 }, (_, at) => row(at + 100, `${at}.25`));
    const left = file(...alike, row(1, "10"), row(2, "20"), row(3, "30"), row(5, "50"));
    const right = file(
      ...alike.toReversed(),
      row(2, "20", "410000"),
      row(3, "30"),
      row(3, "30"),
      row(4, "40"),
      row(5, "50.01"),
    );
    const one = (await lines.handIn(left, { run: "side" })).body.id;
    const other = (await lines.handIn(right, { run: "side", dataset: RIGHT })).body.id;
    const compared = await lines.compare(one, other);
    const told = ({ differences }: LineComparison) =>
      differences.map(({ kind, key, differs }) => [kind, key.document, differs]);
    expect(told(compared)).toEqual([
      ["missing", "1", []],
      ["different", "2", ["account"]],
      ["duplicated", "3", []],
      ["extra", "4", []],
      ["different", "5", ["amount"]],
    ]);
    expect(compared.totals).toMatchObject({
      missing: { lines: 1, effect: [{ currency: "EUR", amount: "-10" }] },
      duplicated: { lines: 1, effect: [{ currency: "EUR", amount: "30" }] },
      different: { lines: 2, effect: [{ currency: "EUR", amount: "0.01" }] },
    });
    expect(compared.how).toMatchObject({ method: "buckets", bucketsDirty: 5, rowsFetched: 9, rowsTotal: 129 });
    const turned = await lines.compare(other, one);
    expect(told(turned).map(([kind]) => kind)).toEqual(["extra", "different", "duplicated", "missing", "different"]);
    const amounts = await lines.compare(one, other, "&dimensions=none&limit=2&offset=1");
    expect(amounts.how).toMatchObject({ method: "full", because: "not all dimensions of both sides are compared" });
    expect(told(amounts)).toEqual([
      ["duplicated", "3", []],
      ["extra", "4", []],
    ]);
    expect(amounts.more).toBe(true);
    const matched = await lines.compare(
      (await lines.handIn(file(row(1, "100"), row(7, "7")), { run: "sums" })).body.id,
      (await lines.handIn(file(row(8, "60"), row(9, "40")), { run: "sums", dataset: RIGHT })).body.id,
      "&match=account",
    );
    expect(matched.how).toMatchObject({ method: "full", because: "100 % of the buckets differ" });
    expect(matched.matches).toMatchObject([
      { shape: "1:N", by: { account: "400000" }, amount: "100", ambiguous: false },
    ]);
    expect(told(matched)).toEqual([["missing", "7", []]]);
  });

  it("are taken in where a run's event refers to them", async () => {
    mkdirSync(join(lines.directory, "inbox"), { recursive: true });
    writeFileSync(join(lines.directory, "inbox", "oct.csv"), file("DE01,1,1,400000,EUR,7"));
    const { namespace } = estate.systems.find(({ id }) => id === estate.datasets[0]!.system)!;
    const event = {
      ...{ eventTime: "2026-11-03T08:00:00.000Z", eventType: "COMPLETE", producer: "test" },
      ...{ job: { namespace, name: "extract" }, run: { runId: "b4bd6a42-67c8-5b3c-9d5c-5f0f2f6d3c11" }, inputs: [] },
      outputs: [
        {
          ...{ namespace, name: estate.datasets[0]!.name },
          outputFacets: {
            tieout_position: { positions: [{ entity: ENTITY, period: "2026-10" }] },
            tieout_lines: {
              ...{ format: "csv", location: "oct.csv", rowCount: 1 },
              layout: { key: { document: "document" }, dimensions: { account: "account" } },
            },
          },
        },
      ],
    };
    const { eventTime } = event;
    const row = { eventId: "e1", runId: event.run.runId, eventTime, raw: JSON.stringify(event) } as IncomingRow;
    const [referenced] = referencedBy(lines.ctx, row);
    await takeInReferenced(lines.ctx, referenced!);
    const { body } = await lines.ask<LineExtractPage>("/api/v1/lines?limit=1");
    expect(body.extracts[0]).toMatchObject({ runId: row.runId, state: "loaded", rows: 1, sums: [{ amount: "7" }] });
  });

  it("are not shown to whom the entity is not", async () => {
    const { id } = (await lines.handIn(file("DE01,1,1,4,EUR,1"), { run: "hidden" })).body;
    const sees = { "x-sees": "nothing" };
    expect((await lines.ask(`/api/v1/lines/${id}`, sees)).status).toBe(404);
    expect((await lines.ask(`/api/v1/lines/compare?left=${id}&right=${id}`, sees)).status).toBe(404);
    expect((await lines.ask<{ extracts: [] }>("/api/v1/lines", sees)).body.extracts).toEqual([]);
    expect((await lines.handIn(file("DE01,1,1,4,EUR,1"), { run: "hidden" }, sees)).status).toBe(400);
  });
});
