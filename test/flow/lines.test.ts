import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  LineComparison,
  LineExtractDetail,
  LineExtractPage,
  RefusedExtractPage,
} from "../../schemas/wire/lines.ts";
import type { IncomingRow } from "../../server/ingest/incoming-row.ts";
import { referencedBy, takeInReferenced } from "../../server/lines/referenced-lines.ts";
import { CLICKHOUSE_FORMS } from "../clickhouse.ts";
import { ENTITY, estate, openLines, RIGHT } from "./lines-doors.ts";

const HEADER = "company,document,line,account,currency,amount";
const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");

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
    const open = async () => (await lines.ask<RefusedExtractPage>("/api/v1/lines/refused")).body.extracts;
    const [refused] = await open();
    expect(refused).toMatchObject({ runId: "off", state: "quarantined", supersededBy: null });
    const resubmit = (body: string) =>
      lines.post(`/api/v1/lines/${refused!.id}/resubmit?reason=${encodeURIComponent("Cost centre added")}`, body);
    expect((await resubmit(text)).status).toBe(422);
    const corrected = await resubmit(
      "company,document,line,account,cost_centre,currency,amount\nDE01,1,1,4,C,EUR,10\n",
    );
    expect(corrected.body).toMatchObject({
      state: "loaded",
      rows: 1,
      runId: "off",
      dimensions: ["account", "cost_centre"],
    });
    expect(await open()).toEqual([]);
    const all = (await lines.ask<RefusedExtractPage>("/api/v1/lines/refused?show=all")).body.extracts;
    expect(all.map(({ supersededBy }) => supersededBy)).toEqual(Array.from({ length: 6 }, () => corrected.body.id));
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
    const sql = "SELECT actor FROM audit_entries WHERE action = 'lines.read' AND subject = $1";
    expect(await lines.ctx.postgres.run(sql, [`lines:${answer.body.id}`]), "rows as they came").toHaveLength(1);
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

  it("are compared as a rule declares they should arrive", async () => {
    const left = file(
      "DE01,1,1,400000,EUR,100",
      "DE01,2,1,410000,EUR,0.33",
      "DE01,3,1,410000,EUR,10",
      "DE01,4,1,700000,EUR,5",
      "DE01,5,1,500000,GBP,7",
    );
    // 0.33 EUR are 0.358875 USD; 10 EUR are 10.875 USD, which may be rounded either way.
    const right = file("DE01,1,1,4000,USD,108.76", "DE01,2,1,4100,USD,0.36", "DE01,3,1,4100,USD,10.87");
    await lines.handIn(left, { run: "restated" });
    await lines.handIn(right, { run: "restated", dataset: "plan" });
    const hop = `/api/v1/lines/compare?rule=restated&hop=plan&entity=${ENTITY}&period=2026-10`;
    const { body } = await lines.ask<LineComparison>(hop);
    expect(body.declared).toEqual({
      ...{ mappings: ["chart"], translatedTo: "USD", missingRates: ["average GBP → USD"] },
      filtered: [{ currency: "EUR", lines: 1, amount: "5" }],
    });
    expect(body.differences).toMatchObject([
      {
        ...{ kind: "different", key: { document: "1" }, differs: ["amount"] },
        left: { amount: "108.75", currency: "USD", dimensions: { account: "4000" } },
        handedIn: { amount: "100", currency: "EUR", dimensions: { account: "400000" } },
        right: { amount: "108.76" },
      },
      { kind: "missing", key: { document: "5" }, left: { amount: "7", currency: "GBP" }, handedIn: null },
    ]);
    expect(body.count).toEqual({ differences: 2, matches: 0 });
    const narrowed = await lines.ask<LineComparison>(
      `${hop}&kinds=missing&group=account&where=${encodeURIComponent('{"account":"4000","cost_centre":"1"}')}`,
    );
    expect(narrowed.body).toMatchObject({
      ...{ differences: [], where: { account: "4000" }, totals: { different: { lines: 1 }, missing: { lines: 0 } } },
      groups: [{ value: "4000", lines: 1, effect: [{ currency: "USD", amount: "0.01" }] }],
    });
    expect(narrowed.body.groups).toHaveLength(1);
    const keyed = { key: "account,document", dimensions: "line" };
    await lines.handIn(left, { run: "rekeyed", ...keyed });
    await lines.handIn(right, { run: "rekeyed", dataset: "plan", ...keyed });
    const rekeyed = (await lines.ask<LineComparison>(hop)).body;
    expect(rekeyed.differences.map(({ kind, key }) => [kind, key])).toEqual([
      ["different", { account: "4000", document: "1" }],
      ["missing", { account: "500000", document: "5" }],
    ]);
  });

  it("are read from Parquet by the engine itself", async () => {
    const path = join(lines.directory, `${form}.parquet`);
    await lines.ctx.clickhouse.command(
      `INSERT INTO FUNCTION file('${path}', Parquet) SELECT 'DE01' AS company, toString(number) AS document, number AS line,
        '400000' AS account, 'EUR' AS currency, toDecimal128('10000000000000000000000.01', 2) + number AS amount
      FROM numbers(3)`,
    );
    const parquet = readFileSync(path);
    const said = { run: "parquet", format: "parquet", rowCount: "3", sha256: sha256(parquet) };
    const answer = await lines.handIn(parquet, said);
    expect(answer.body).toMatchObject({
      ...{ state: "loaded", rows: 3, verified: ["checksum", "row count"] },
      sums: [{ currency: "EUR", amount: "30000000000000000000003.03" }],
    });
    const { sha256: _, ...undeclared } = { ...said, run: "short" };
    const short = await lines.handIn(parquet.subarray(0, parquet.length - 9), undeclared);
    expect(short.status).toBe(422);
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
