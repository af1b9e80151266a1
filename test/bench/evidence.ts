import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import { openLog } from "../../server/audit/open-log.ts";
import { TIEOUT } from "../../server/audit/record.ts";
import type { Context } from "../../server/context.ts";
import { buildPack } from "../../server/evidence/build-pack.ts";
import { partRows } from "../../server/evidence/part-rows.ts";
import { controlTotals } from "../../server/evidence/parts/figures.ts";
import { migrateClickHouse } from "../../server/store/migrate-clickhouse.ts";
import { insertPack, packById } from "../../server/store/postgres/evidence-packs.ts";
import { openEmptyClickHouse } from "../clickhouse.ts";
import { POSTGRES_ENGINES } from "../postgres-engines.ts";
import { smallEstate } from "../small-estate.ts";
import { defineBench, ratioAtMost, type BenchOptions, type Measured } from "./bench.ts";

const FEW = 100_000;
const MANY = 1_000_000;
const LOOK_EVERY = 25;
const NOW = new Date("2026-11-06T12:00:00.000Z");
const scope = (period: string) => ({
  ...{ period, entities: null, flow: null, dataset: null, account: null, asOf: NOW.toISOString() },
});

export const evidence = defineBench({
  name: "evidence",
  title: `by how much the process grew, at its worst, building an evidence pack of ${MANY.toLocaleString("en")} rows in every form`,
  unit: "MB",
  goal: ratioAtMost(1.5),
  reference: `a pack of ${FEW.toLocaleString("en")} rows, built before it in the same process`,
  also: {
    seconds: {
      title: "how long that takes: NDJSON, CSV, sheet, hashes, seal, archive",
      unit: "s",
      goal: ratioAtMost(10),
      reference: "the same rows read page by page and thrown away",
    },
  },
  run: measured,
});

async function measured({ say }: BenchOptions): Promise<Measured & { also: Record<string, Measured> }> {
  const directory = mkdtempSync(join(tmpdir(), "tieout-evidence-"));
  const { clickhouse, close } = await openEmptyClickHouse("embedded");
  const { postgres, stop } = await POSTGRES_ENGINES[0]!.open();
  try {
    await migrateClickHouse(clickhouse);
    const estate = smallEstate();
    const clock = { now: () => NOW };
    const audit = await openLog(postgres, { clock, estate, environment: {}, dataDirectory: directory });
    const ctx = { clickhouse, postgres, estate, clock, audit, evidenceDirectory: directory } as unknown as Context;
    await fill(ctx, "2026-09", FEW);
    await fill(ctx, "2026-10", MANY);
    say("building the smaller pack");
    const few = await grownBy(() => built(ctx, "2026-09", FEW));
    say("building the larger pack");
    const many = await grownBy(() => built(ctx, "2026-10", MANY));
    say("reading alone");
    const reading = await grownBy(async () => {
      let rows = 0;
      for await (const page of partRows(ctx, controlTotals, scope("2026-10"))) rows += page.length;
      if (rows !== MANY) throw new Error(`${rows} rows were read.`);
    });
    return {
      ...{ value: many.megabytes, reference: few.megabytes },
      also: { seconds: { value: many.seconds, reference: reading.seconds } },
    };
  } finally {
    await stop();
    await close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Control totals as loads report them, made by the engine itself. */
async function fill({ clickhouse }: Context, period: string, rows: number): Promise<void> {
  await clickhouse.command(`INSERT INTO control_totals SELECT
    'erp://small', 'ACDOCA', 'DE01', '${period}', 'actual',
    toDateTime64('2026-11-01 00:00:00.000', 3, 'UTC') + intDiv(number, 400), 4,
    toString(sipHash128(number, '${period}')), '0L', toString(400000 + number % 100), 'EUR', number % 4 + 1,
    toDecimal64(number, 2) / 100, toDateTime64('2026-11-01 00:00:00.000', 3, 'UTC'),
    toString(generateUUIDv4()), concat('GLA-', toString(intDiv(number, 400))) FROM numbers(${rows})`);
}

async function built(ctx: Context, period: string, rows: number): Promise<void> {
  const id = uuidv7();
  await ctx.postgres.ask(insertPack, {
    ...{ id, title: period, scope: JSON.stringify(scope(period)), entities: null, reason: "Bench.", step: "Waiting" },
    requester: JSON.stringify({ ...TIEOUT, scopes: ["board:read"] }),
    ...{ requestedAt: NOW.toISOString(), rowsExpected: rows },
  });
  await buildPack(ctx, id);
  const [pack] = await ctx.postgres.ask(packById, { id });
  if (pack?.state !== "ready" || pack.rowsDone < rows) throw new Error(`The pack has ${pack?.rowsDone} rows.`);
}

/** How long something takes, and by how much the process is larger at its worst than before it. */
async function grownBy(act: () => Promise<void>): Promise<{ megabytes: number; seconds: number }> {
  const before = process.memoryUsage().rss;
  let worst = before;
  const looking = setInterval(() => (worst = Math.max(worst, process.memoryUsage().rss)), LOOK_EVERY);
  const begun = performance.now();
  await act();
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(looking);
  return { megabytes: Math.max(1, worst - before) / 1e6, seconds };
}
