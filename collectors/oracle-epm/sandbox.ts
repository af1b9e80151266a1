import { Hono, type Context } from "hono";
import { basicAuth } from "hono/basic-auth";
import { showsFaults } from "../sandbox-faults.ts";
import {
  defineSandbox,
  WorldRefusal,
  type SandboxOptions,
  type SimRejection,
  type SimRun,
  type World,
} from "../sandbox.ts";
import { zipped } from "../zip.ts";
import { EpmSettings } from "./settings.ts";

/** An environment of Oracle EPM Cloud: Basic, jobs by id, the job console as a zipped file, slices of cubes. */
export const oracleEpmSandbox = defineSandbox({
  collector: "oracle-epm",
  runKey: ({ digits }) => `1${digits(7)}`,
  failure: { code: "1", message: "Essbase error 1012704: dynamic calc processor cannot lock the blocks needed" },
  example: {
    kind: "planning",
    namespace: "epm://example",
    source: "GL_EXTRACT",
    job: "Import GL {entity}",
    target: "Consol",
    refuses: true,
    smallPages: { pageSize: 1 },
    settings: {
      application: "EXFCC",
      jobs: [
        {
          name: "Import GL {entity}",
          dataset: "Consol",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          parameters: { importFileName: "{period}-{entity}.csv" },
          slice: { pov: { Scenario: "Actual", View: "FCCS_YTD" }, accounts: ["ILvl0Descendants(Net Income)"] },
        },
      ],
    },
  },
  addresses: ["url"],
  secrets: { user: "tieout@example.com", password: "sandbox-epm-password" },
  app(world, options) {
    const settings = EpmSettings.parse(options.settings);
    const { user = "", password = "" } = options.connection;
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", basicAuth({ username: user, password, invalidUserMessage: "Unauthorized" }));
    const application = `/HyperionPlanning/rest/v3/applications/${settings.application}`;
    app.get("/HyperionPlanning/rest/v3/applications", (c) =>
      c.json({ items: [{ name: settings.application, type: "HP" }] }),
    );
    app.get(`${application}/jobdefinitions`, (c) =>
      c.json({ items: world.jobs(options.system).map(({ job }) => ({ jobType: "IMPORT_DATA", jobName: job })) }),
    );
    addJobs(app, application, world, options);
    app.get(`/interop/rest/${settings.console.filesVersion}/applicationsnapshots/:file/contents`, () => {
      const file = zipped("jobs.csv", `\uFEFF${consoleCsv(world, options.system, settings)}`);
      return new Response(file, { headers: { "content-type": "application/octet-stream" } });
    });
    app.post(`${application}/plantypes/:cube/exportdataslice`, async (c) =>
      c.body(sliceJson(world, options.system, settings, await c.req.json<SliceAsk>()), 200, {
        "content-type": "application/json",
      }),
    );
    return app;
  },
});

function addJobs(app: Hono, application: string, world: World, { system }: SandboxOptions): void {
  let exports = 0;
  app.post(`${application}/jobs`, async (c) => {
    const { jobType, jobName, parameters } = await c.req.json<{
      jobType: string;
      jobName: string;
      parameters?: object;
    }>();
    if (jobType === "JOBCONSOLE_EXPORT") return c.json(jobJson(`9${++exports}`, jobName, -1));
    const period = /\d{4}-\d\d/.exec(JSON.stringify(parameters ?? {}))?.[0];
    try {
      const run = world.start(system, jobName, { parameters: period ? { period } : {} });
      return c.json(jobJson(run.key, jobName, -1));
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return c.json({ status: 400, details: error.message }, 400);
    }
  });
  app.get(`${application}/jobs/:id`, (c) => {
    const id = c.req.param("id");
    if (/^9\d{0,3}$/.test(id)) return c.json(jobJson(id, "Export", 0));
    const run = world.run(system, id);
    return run
      ? c.json(jobJson(id, run.job, statusOf(world, run)))
      : c.json({ status: 404, details: "No such job" }, 404);
  });
  app.get(`${application}/jobs/:id/details`, (c) => {
    const run = world.run(system, c.req.param("id"));
    if (!run || world.phase(run).phase !== "ended") return c.json({ status: 400, details: "No details" }, 400);
    return c.json(page(c, c.req.query("q") ? messagesOf(run) : countsOf(run)));
  });
}

function page(c: Context, items: object[]) {
  const [offset, limit] = [Number(c.req.query("offset") ?? 0), Number(c.req.query("limit") ?? 25)];
  return { items: items.slice(offset, offset + limit), hasMore: offset + limit < items.length, links: [] };
}

function jobJson(jobId: string, jobName: string, status: number) {
  const words: Record<string, string> = { "-1": "Processing", "0": "Completed", "1": "Error", "3": "Cancelled" };
  return { links: [], status, details: null, jobId: Number(jobId), jobName, descriptiveStatus: words[status] };
}

function statusOf(world: World, run: SimRun): number {
  if (world.phase(run).phase !== "ended") return -1;
  return { complete: 0, partial: 0, held: 0, failed: 1, aborted: 3 }[run.outcome];
}

/** One import reads the file in two parts; together they are the run's rows. */
function countsOf(run: SimRun): object[] {
  if (run.outcome === "failed" || run.outcome === "aborted") return [];
  const first = Math.floor(run.rowsWritten / 2);
  const part = (recordsProcessed: number, recordsRejected: number, extra: number) => ({
    recordsRead: String(recordsProcessed + recordsRejected + extra),
    recordsRejected,
    recordsProcessed,
    loadType: "Data Import",
  });
  const ignored = run.rowsRead - run.rowsWritten - run.rowsRejected;
  return [part(first, 0, 0), part(run.rowsWritten - first, run.rowsRejected, ignored)];
}

const REFUSED: Record<SimRejection["kind"], string> = {
  "unmapped-member": "does not exist",
  "invalid-combination": "is part of an invalid intersection",
  "period-closed": "is locked",
};

function messagesOf(run: SimRun): object[] {
  const texts =
    run.outcome === "failed"
      ? [run.error?.message ?? "The import failed"]
      : run.rejections.map(
          ({ kind, dimension, member, count }) =>
            `${count} records rejected: ${dimension} "${member}" ${REFUSED[kind]}`,
        );
  return texts.map((msgText) => ({ msgType: "ERROR", msgCategory: "Data", msgText }));
}

function consoleCsv(world: World, system: string, settings: EpmSettings): string {
  const { columns } = settings.console;
  const code = { complete: "2", partial: "2", held: "2", failed: "3", aborted: "7" };
  const rows = world.runs(system).map((run) => {
    const over = world.phase(run).phase === "ended";
    return {
      ...{ jobId: run.key, name: run.job, status: over ? code[run.outcome] : "1", details: fileOf(run) },
      ...{ startedAt: timeOf(run.queuedAt), endedAt: over ? timeOf(run.endedAt) : "" },
    };
  });
  const keys = Object.keys(columns) as (keyof typeof columns)[];
  const lines = [keys.map((key) => columns[key]), ...rows.toReversed().map((row) => keys.map((key) => row[key]))];
  const quoted = lines.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(","));
  return `"kD83bE7x"\r\n${quoted.join("\r\n")}\r\n`;
}

function fileOf({ correlationId, period, entity }: SimRun): string {
  return `Import file: inbox/${correlationId ?? `RUN-${period}-${entity}-0`}.csv`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

interface SliceAsk {
  gridDefinition: {
    pov: { dimensions: string[]; members: string[][] };
    columns: { members: string[][] }[];
    rows: { members: string[][] }[];
  };
}

/** Written by hand, because a cell's digits are more than a number holds. */
function sliceJson(world: World, system: string, settings: EpmSettings, { gridDefinition }: SliceAsk): string {
  const dataset = world.jobs(system).find(({ flow }) => flow !== "")?.dataset ?? "";
  const year = gridDefinition.pov.members.flat().at(-1)?.replace(/\D/g, "") ?? "";
  const [column = ""] = gridDefinition.columns[0]?.members[0] ?? [];
  const period = `20${year}-${String(settings.months.indexOf(column) + 1).padStart(2, "0")}`;
  const [entities = []] = gridDefinition.rows[0]?.members ?? [];
  const rows = entities.flatMap((entity) =>
    (world.totals(dataset, entity, period)?.accounts ?? []).map(
      ({ account, net }) =>
        `{"headers":${JSON.stringify([entity, account])},"data":[${Number(net) === 0 ? '"#Missing"' : net}]}`,
    ),
  );
  return `{"pov":${JSON.stringify(gridDefinition.pov.members.flat())},"columns":[["${column}"]],"rows":[${rows.join(",")}]}`;
}

function unauthorized(): Response {
  return Response.json({ status: 401, details: "Authentication failed" }, { status: 401 });
}
