import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";
import * as dashboard from "./dashboard.ts";
import { EstateFile } from "./estate/estate.ts";
import { CloudEventAttributes } from "./event/cloud-event.ts";
import { TIEOUT_FACETS } from "./event/facets.ts";
import { DatasetEvent, JobEvent, RunEvent } from "./event/open-lineage.ts";
import * as run from "./run.ts";
import * as audit from "./wire/audit.ts";
import * as alert from "./wire/alert.ts";
import * as attainment from "./wire/attainment.ts";
import * as board from "./wire/board.ts";
import * as breaks from "./wire/break.ts";
import * as calendar from "./wire/calendar-preview.ts";
import * as evidence from "./wire/evidence.ts";
import * as strip from "./wire/flow-strip.ts";
import * as forecast from "./wire/forecast.ts";
import * as freshness from "./wire/freshness.ts";
import * as history from "./wire/close-history.ts";
import * as incident from "./wire/incident.ts";
import * as ingest from "./wire/ingest.ts";
import * as line from "./wire/line.ts";
import * as lines from "./wire/lines.ts";
import * as live from "./wire/live.ts";
import * as plan from "./wire/plan.ts";
import * as quarantine from "./wire/quarantine-item.ts";
import * as readiness from "./wire/readiness.ts";
import * as matrix from "./wire/reconcile-matrix.ts";
import * as request from "./wire/request.ts";
import * as detail from "./wire/run-detail.ts";
import * as runbook from "./wire/runbook.ts";
import * as signoff from "./wire/signoff.ts";
import * as trace from "./wire/trace.ts";
import * as periodStatus from "./wire/period-status.ts";

/**
 * Writes the contract as JSON Schema to `schemas/json/`; the zod source is what counts. `--check` writes nothing and
 * fails when a file is not what the source says.
 */

const FOLDER = new URL("./json/", import.meta.url);

/** What senders write is described as input: defaults may be left out. What Tieout answers is described as output. */
const SENT: Record<string, z.ZodType> = {
  ...TIEOUT_FACETS,
  "estate-file": EstateFile,
  "dashboard-file": dashboard.Dashboard,
  "cloud-event-attributes": CloudEventAttributes,
  "run-event": RunEvent,
  "job-event": JobEvent,
  "dataset-event": DatasetEvent,
};
const ANSWERED = named(
  dashboard,
  run,
  alert,
  attainment,
  audit,
  board,
  calendar,
  breaks,
  matrix,
  strip,
  evidence,
  forecast,
  freshness,
  incident,
  ingest,
  line,
  lines,
  live,
  quarantine,
  plan,
  request,
  detail,
  runbook,
  history,
  readiness,
  signoff,
  trace,
  periodStatus,
);

function named(...modules: Record<string, unknown>[]): Record<string, z.ZodType> {
  const shapes = modules.flatMap((module) =>
    Object.entries(module).filter(([, value]) => value instanceof z.ZodObject),
  );
  return Object.fromEntries(shapes.map(([name, shape]) => [kebab(name), shape as z.ZodType]));
}

function kebab(name: string): string {
  return name
    .replaceAll(/(?<=[a-z0-9])([A-Z])/g, "-$1")
    .replaceAll("_", "-")
    .toLowerCase();
}

function files(): Map<string, string> {
  const written = new Map<string, string>();
  for (const [io, shapes] of [
    ["input", SENT],
    ["output", ANSWERED],
  ] as const) {
    for (const [name, shape] of Object.entries(shapes)) {
      const schema = { title: name, ...z.toJSONSchema(shape, { io }) };
      written.set(`${kebab(name)}.json`, `${JSON.stringify(schema, null, 2)}\n`);
    }
  }
  return written;
}

const wanted = files();
mkdirSync(FOLDER, { recursive: true });
const present = readdirSync(FOLDER);
const stale = present.filter((name) => !wanted.has(name));
const drifted = [...wanted].filter(
  ([name, text]) => !present.includes(name) || readFileSync(new URL(name, FOLDER), "utf8") !== text,
);
if (process.argv.includes("--check")) {
  for (const name of [...stale, ...drifted.map(([file]) => file)])
    console.error(`schemas/json/${name} is not what the source says.`);
  if (stale.length + drifted.length > 0) {
    console.error("Run `npm run schemas`.");
    process.exitCode = 1;
  }
} else {
  for (const name of stale) rmSync(new URL(name, FOLDER));
  for (const [name, text] of drifted) writeFileSync(new URL(name, FOLDER), text);
  console.log(`${wanted.size} schemas, ${drifted.length} written, ${stale.length} removed.`);
}
