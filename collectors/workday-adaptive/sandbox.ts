import { Hono } from "hono";
import * as z from "zod";
import { showsFaults } from "../sandbox-faults.ts";
import { defineSandbox, type SimRejection, type SimRun, type World } from "../sandbox.ts";
import { readXml, xml, xmlElement, type Xml } from "../xml.ts";
import { periodOf, vendorPeriod } from "./map.ts";
import { AdaptiveSettings } from "./settings.ts";

const Call = z.looseObject({
  call: z.looseObject({
    "@method": z.string(),
    credentials: z.looseObject({ "@login": z.string(), "@password": z.string() }),
    version: z.looseObject({ "@name": z.string() }).optional(),
    filters: z
      .looseObject({
        levels: xmlElement({ level: z.array(z.looseObject({ "@name": z.string() })).default([]) }),
        timeSpan: z.looseObject({ "@start": z.string(), "@end": z.string() }),
      })
      .optional(),
  }),
});
type Call = z.infer<typeof Call>["call"];

/** An Adaptive instance: one address, credentials in every call, 200 also for refusals, figures as CSV. */
export const workdayAdaptiveSandbox = defineSandbox({
  collector: "workday-adaptive",
  runKey: ({ digits }) => `L-${digits(9)}`,
  failure: { code: "error-import", message: "The import failed: internal error while saving the sheet" },
  example: {
    kind: "planning",
    namespace: "adaptive://example",
    source: "GL_EXTRACT",
    job: "Load Actuals {entity}",
    target: "Actuals",
    refuses: true,
    settings: {
      instanceCode: "EXAMPLE1",
      jobs: [
        {
          name: "Load Actuals {entity}",
          dataset: "Actuals",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          accounts: ["PL"],
        },
      ],
      loadLog: { sheet: "Load log" },
      currencies: { DE01: "EUR", GB01: "GBP" },
    },
  },
  addresses: ["url"],
  secrets: { login: "tieout@example.com", password: "sandbox<adaptive>&password" },
  app(world, options) {
    const settings = AdaptiveSettings.parse(options.settings);
    const { login, password } = options.connection;
    const app = new Hono();
    app.use(
      "*",
      showsFaults(world, options.system, () => failed("error-authentication", "Invalid login or password")),
    );
    app.post(`/api/${settings.apiVersion}`, async (c) => {
      const { call } = readXml(await c.req.text(), Call, { what: "the call", lists: ["level"] });
      if (call.credentials["@login"] !== login || call.credentials["@password"] !== password) {
        return failed("error-authentication", "Invalid login or password");
      }
      const versions = [...new Set([settings.loadLog, ...settings.jobs].map(({ planVersion }) => planVersion))];
      const named = call.version?.["@name"];
      if (named !== undefined && !versions.includes(named)) return failed("error-version", `Unknown version ${named}`);
      switch (call["@method"]) {
        case "exportVersions":
          return answered(versionTree(versions));
        case "exportConfigurableModelData":
          return answered(xml`<output><data>${csv(logRows(world, options.system, settings))}</data></output>`);
        case "exportData":
          return answered(xml`<output>${csv(figureRows(world, options.system, settings, call))}</output>`);
        default:
          return failed("error-method", "Unknown method");
      }
    });
    return app;
  },
});

function versionTree(versions: string[]): Xml {
  const named = versions.map((name) => xml`<version id="1" name="${name}" type="ACTUALS"/>`);
  return xml`<output><versions><version name="Closed years" type="VERSION_FOLDER">${named}</version></versions></output>`;
}

function logRows(world: World, system: string, settings: AdaptiveSettings): string[][] {
  const { columns, words } = settings.loadLog;
  const wordFor = (state: string) => Object.keys(words).find((word) => words[word] === state) ?? "";
  const runs = world.runs(system).filter((run) => world.phase(run).phase !== "queued");
  const rows = runs.map((run) => {
    const over = world.phase(run).phase === "ended";
    const status = wordFor(over ? (run.outcome === "held" ? "complete" : run.outcome) : "running");
    const counts = over && run.outcome !== "aborted" ? [run.rowsRead, run.rowsWritten, run.rowsRejected] : ["", "", ""];
    return {
      ...{ run: run.key, job: run.job, batch: run.correlationId ?? "", status, messages: over ? messages(run) : "" },
      period: vendorPeriod(run.period, settings.periodStyle),
      snapshotAsOf: run.snapshotAsOf === null ? "" : new Date(run.snapshotAsOf).toISOString(),
      startedAt: new Date(run.startedAt).toISOString(),
      endedAt: over ? new Date(run.endedAt).toISOString() : "",
      ...{ rowsRead: String(counts[0]), rowsWritten: String(counts[1]), rowsRejected: String(counts[2]) },
    };
  });
  const keys = Object.keys(columns) as (keyof typeof columns)[];
  return [keys.map((key) => columns[key]), ...rows.map((row) => keys.map((key) => row[key]))];
}

const REFUSED: Record<SimRejection["kind"], string> = {
  "unmapped-member": "does not exist",
  "invalid-combination": "is not valid in this combination",
  "period-closed": "is locked",
};

function messages(run: SimRun): string {
  if (run.outcome === "failed") return run.error?.message ?? "Load failed";
  return run.rejections
    .map(({ kind, dimension, member, count }) => {
      const named = kind === "period-closed" ? "The period" : dimension;
      return `${count} rows: ${named} "${member}" ${REFUSED[kind]}`;
    })
    .join("\n");
}

function figureRows(world: World, system: string, settings: AdaptiveSettings, { filters }: Call): string[][] {
  const { account, level } = settings.figures;
  const levels = filters?.levels.level.map((each) => each["@name"]) ?? [];
  const [start, end] = [filters?.timeSpan["@start"], filters?.timeSpan["@end"]].map(
    (name) => periodOf(name ?? "") ?? "",
  );
  const periods = world.periods().flatMap(({ period }) => (period >= start! && period <= end! ? [period] : []));
  const dataset = world.jobs(system).find(({ flow }) => flow !== "")?.dataset ?? "";
  const rows = levels.flatMap((entity) => {
    const held = periods.map((period) => world.totals(dataset, entity, period)?.accounts ?? []);
    const codes = [...new Set(held.flat().map(({ account: code }) => code))].sort();
    return codes.map((code) => {
      const cells = held.map((accounts) => accounts.find(({ account: each }) => each === code)?.net ?? "");
      return [`Account ${code}`, code, entity, ...cells];
    });
  });
  const named = periods.map((period) => vendorPeriod(period, settings.periodStyle));
  return [["Account Name", account, level, ...named], ...rows];
}

function csv(rows: string[][]): string {
  return `\n${rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")).join("\n")}\n`;
}

function answered(body: Xml): Response {
  return written(xml`<response success="true">${body}</response>`);
}

function failed(key: string, message: string): Response {
  return written(
    xml`<response success="false"><messages><message key="${key}" type="ERROR">${message}</message></messages></response>`,
  );
}

function written(body: Xml): Response {
  return new Response(`<?xml version='1.0' encoding='UTF-8'?>\n${body.text}`, {
    headers: { "content-type": "text/xml" },
  });
}
