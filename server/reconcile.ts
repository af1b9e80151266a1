import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import pino from "pino";
import * as z from "zod";
import { PeriodKey } from "../schemas/instant.ts";
import { CheckReport } from "../schemas/wire/reconcile-matrix.ts";
import { TIEOUT } from "./audit/record.ts";
import { checkReport } from "./breaks/check-report.ts";
import { checkReportText } from "./breaks/check-report-text.ts";
import { backedUpBefore } from "./backup/before-upgrade.ts";
import { createCheckpoints } from "./breaks/checkpoints.ts";
import type { CheckScope } from "./breaks/due-checks.ts";
import { calendarsOf } from "./close/calendars.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { EstateError } from "./estate/estate-error.ts";
import { loadEstate } from "./estate/load-estate.ts";
import { openIngest } from "./ingest/open-ingest.ts";
import { createMetrics } from "./metrics.ts";
import { OptionError, readOptions } from "./options.ts";
import { createSay } from "./say.ts";
import { openStores } from "./store/open-stores.ts";

const USAGE = `npm run reconcile -- <rule> --period 2026-10 [--entity DE01,DE02] [--strict] [--json]
                      [--data <dir>] [--estate <dir>]
  Asks the server at TIEOUT_URL with the key TIEOUT_KEY; with --data, or without TIEOUT_URL, it opens the data folder
  itself, which needs Tieout to be stopped.
  Exits 0 when nothing is unexplained, 1 when something is (with --strict also when anything is not known to tie),
  2 when it could not be asked.`;

const ROOT = resolve(import.meta.dirname, "..");
const FINE = ["tied", "tolerated", "settled"];

interface Asked {
  scope: CheckScope & { rule: string };
  json: boolean;
  strict: boolean;
  /** Flags for the data folder; null where a server is asked. */
  flags: string[] | null;
}

/** Runs one reconciliation and prints what it finds, for people and pipelines. */
async function reconcile(asked: Asked): Promise<number> {
  const report = asked.flags ? await fromData(asked.scope, asked.flags) : await fromServer(asked.scope);
  process.stdout.write(asked.json ? `${JSON.stringify(report, null, 2)}\n` : checkReportText(report));
  const doubtful = asked.strict && report.checks.some(({ state }) => !FINE.includes(state));
  return report.unexplained > 0 || doubtful ? 1 : 0;
}

async function fromServer(scope: CheckScope): Promise<CheckReport> {
  const { TIEOUT_URL: url = "", TIEOUT_KEY: key } = process.env;
  if (!key) throw new OptionError("TIEOUT_KEY is missing: expected a key that may run reconciliations.");
  if (!URL.canParse(url))
    throw new OptionError(`TIEOUT_URL=${url}: expected an address such as https://tieout.example`);
  const answer = await fetch(new URL("/api/v1/reconciliations/check", url), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(scope),
  }).catch((error: Error) => {
    throw new OptionError(`${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    const { detail } = z.object({ detail: z.string() }).catch({ detail: "" }).parse(body);
    throw new OptionError(`${url} answered ${answer.status}. ${detail}`.trim());
  }
  return CheckReport.parse(body);
}

async function fromData(scope: Asked["scope"], flags: string[]): Promise<CheckReport> {
  const options = readOptions(flags, process.env, ROOT);
  const { estate } = loadEstate(options.estate);
  refuseUnknown(estate, scope);
  const closing: (() => unknown)[] = [lockDataDirectory(options.data)];
  const onStop = (close: () => unknown) => void closing.push(close);
  try {
    const say = createSay(process.stderr);
    const { clickhouse: engine, postgres } = await openStores(options, say, backedUpBefore(options, say));
    onStop(() => postgres.close());
    onStop(() => engine.close());
    const [clock, log, metrics] = [{ now: () => new Date() }, pino({ level: "silent" }), createMetrics()];
    const journal = options.clickhouseUrl ? null : join(options.data, "journal");
    const { maxEventBytes } = options;
    const opening = { clickhouse: engine, journal, clock, log, metrics, maxEventBytes, onStop };
    const { facts, clickhouse } = await openIngest(opening);
    const ctx = { clickhouse, postgres, clock, estate, facts, log, touch: () => {} };
    const checkpoints = createCheckpoints(ctx);
    await checkpoints.load();
    const here = { ...TIEOUT, entities: "all" as const, scopes: ["check:run" as const] };
    return await checkReport({ ...ctx, checkpoints }, here, scope);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function refuseUnknown(
  estate: ReturnType<typeof loadEstate>["estate"],
  { rule, period, entities }: Asked["scope"],
): void {
  const unknown = entities?.find((id) => !estate.entities.some((entity) => entity.id === id));
  if (unknown) throw new OptionError(`There is no entity ${unknown}.`);
  if (!calendarsOf(estate).period(period)) throw new OptionError(`${estate.estate.title} has no period ${period}.`);
  if (!estate.reconciliations.some(({ id }) => id === rule)) {
    const known = estate.reconciliations.map(({ id }) => id).join(", ");
    throw new OptionError(`There is no reconciliation ${rule}; expected one of ${known}.`);
  }
}

function read(args: string[]): Asked {
  const { values, positionals } = parse(args);
  const [rule] = positionals;
  if (!rule || positionals.length > 1) throw new OptionError(`Expected one rule.\nUsage: ${USAGE}`);
  const period = PeriodKey.safeParse(values.period);
  if (!period.success) throw new OptionError(`--period: expected a period such as 2026-10.\nUsage: ${USAGE}`);
  const entities = values.entity?.split(",").map((id) => id.trim());
  const flags = (["estate", "data"] as const).flatMap((flag) => (values[flag] ? [`--${flag}`, values[flag]] : []));
  return {
    scope: { rule, period: period.data, ...(entities ? { entities } : {}) },
    json: values.json,
    strict: values.strict,
    flags: values.data || !process.env.TIEOUT_URL ? flags : null,
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = { period: text, entity: text, data: text, estate: text, json: flag, strict: flag };
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

try {
  process.exitCode = await reconcile(read(process.argv.slice(2)));
} catch (error) {
  const known = [OptionError, EstateError].some((kind) => error instanceof kind);
  process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 2;
}
