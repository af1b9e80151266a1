import { Hono, type Context } from "hono";
import { defineSandbox, WorldRefusal } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { jobProjection, type JobProjection } from "./sandbox-jobs.ts";
import { ledgerRows } from "./sandbox-ledger.ts";
import { Settings } from "./settings.ts";

const JOBS = "/sap/opu/odata/SAP/BC_EXT_APPJOB_MANAGEMENT;v=0002";
const CSRF = "sandbox-s4-csrf";
const SESSION = "SAP_SESSIONID_PRD_100=sandbox";

const STATUS_TEXTS: Record<string, string> = {
  S: "Scheduled",
  Y: "Ready",
  R: "In Process",
  Z: "Suspended",
  F: "Finished",
  A: "Failed",
  C: "Canceled",
};

/** An S/4HANA system: external job scheduling and the ledger's read API, behind Basic authentication and CSRF tokens. */
export const sapS4hanaSandbox = defineSandbox({
  collector: "sap-s4hana",
  runKey: ({ hex, digits }) => `${hex(20)}/${digits(8)}`,
  example: {
    kind: "erp",
    namespace: "s4://example",
    source: "ACDOCA",
    job: "FI_GL_ACTUALS_EXTRACT {entity}",
    target: "GL_ACTUALS_EXTRACT",
    smallPages: { pageSize: 7 },
    settings: {
      discovery: "jobHeaderSet",
      jobs: [
        {
          name: "FI_GL_ACTUALS_EXTRACT {entity}",
          dataset: "GL_ACTUALS_EXTRACT",
          inputs: ["ACDOCA"],
          template: "ZFI_GL_ACTUALS_EXTRACT",
          parameterValues: "P_BUKRS={entity};P_PERIOD={period}",
        },
      ],
      ledger: {
        dataset: "ACDOCA",
        ledger: "0L",
        entities: ["DE01", "GB01"],
        accounts: { from: "400000", to: "699999" },
        sides: {
          by: "columns",
          debit: "DebitAmountInCoCodeCrcy",
          credit: "CreditAmountInCoCodeCrcy",
          count: "NumberOfItems",
        },
        openPeriods: 2,
      },
    },
  },
  addresses: ["url"],
  secrets: { user: "TIEOUT_COMM", password: "sandbox-s4-password" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const jobs = jobProjection(world, options.system, settings);
    const { user, password } = options.connection;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", async (c, next) => (c.req.header("authorization") === basic ? next() : unauthorized()));
    app.get(`${JOBS}/`, (c) => c.json({ d: { EntitySets: ["JobHeaderSet"] } }, 200, csrfHeaders(c)));
    app.get(`${JOBS}/JobStatusInfoSet`, (c) => c.json(page(Object.entries(STATUS_TEXTS).map(statusRow))));
    app.get(`${JOBS}/JobTemplateSet`, (c) => {
      const templates = settings.jobs.flatMap(({ template }) => template ?? []);
      return c.json(page([...new Set(templates)].map((JobTemplateName) => ({ JobTemplateName }))));
    });
    app.get(`${JOBS}/JobHeaderSet`, (c) => listHeaders(c, jobs));
    app.get(`${JOBS}/:entity{JobHeaderSet\\(.+\\)}`, (c) => {
      const header = jobs.detail(keyIn(c.req.param("entity")));
      return header ? c.json({ d: header }) : odataError(c, 404, "/IWBEP/CM_MGW_RT/020", "Resource not found");
    });
    app.get(`${JOBS}/JobinfoGet`, (c) => {
      const info = jobs.info(keyOf(c));
      return info ? c.json(page([info])) : odataError(c, 400, "APJ_RT/003", "APJ_RT/003 Job doesn't exist.");
    });
    app.post(`${JOBS}/:operation`, (c) => operate(c, jobs));
    if (settings.ledger) {
      const { ledger } = settings;
      app.get(ledger.service, (c) => {
        const rows = ledgerRows(world, ledger, c.req.query("$filter") ?? "", c.req.query("$select") ?? "");
        return rows ? c.json(page(rows)) : odataError(c, 400, "/IWBEP/CM_MGW_RT/022", "Malformed filter");
      });
    }
    return app;
  },
});

function listHeaders(c: Context, jobs: JobProjection) {
  const filter = c.req.query("$filter") ?? "";
  const text = /^JobText eq '((?:[^']|'')*)'$/.exec(filter);
  if (text) return c.json(page(jobs.withText(text[1]!.replaceAll("''", "'"))));
  const span = /^JobPlannedStartDateTime ge '(\d{14})' and JobPlannedStartDateTime le '(\d{14})'$/.exec(filter);
  if (!span) return odataError(c, 400, "005056A509B11EE1B9A8FEC11C21578E", "Value violates facet");
  const found = jobs.planned(span[1]!, span[2]!);
  const skip = Number(c.req.query("$skip") ?? 0);
  return c.json(page(found.slice(skip, skip + Number(c.req.query("$top") ?? found.length))));
}

function operate(c: Context, jobs: JobProjection) {
  const session = c.req.header("cookie")?.includes(SESSION);
  if (c.req.header("x-csrf-token") !== CSRF || !session) {
    return c.text("CSRF token validation failed", 403, { "x-csrf-token": "Required" });
  }
  const operation = c.req.param("operation") ?? "";
  try {
    switch (operation) {
      case "JobSchedule": {
        const started = jobs.schedule(literal(c, "JobText"), literal(c, "JobParameterValues"));
        return c.json({ d: { JobSchedule: started } });
      }
      case "JobRestart": {
        const started = jobs.restart(keyOf(c));
        if (!started) return odataError(c, 400, "APJ_RT/003", "APJ_RT/003 Job doesn't exist.");
        return c.json({ d: { JobRestart: started } });
      }
      case "JobCancel":
      case "JobAbort":
        if (!jobs.cancel(keyOf(c))) return odataError(c, 400, "APJ_RT/012", "APJ_RT/012 Job is not active.");
        return c.json({ d: { ReturnCode: 0 } });
      default:
        return odataError(c, 404, "005056A509B11EE1B9A8FEC11C21578E", `Invalid Function Import ${operation}`);
    }
  } catch (error) {
    if (!(error instanceof WorldRefusal)) throw error;
    const code = error.code === "already-running" ? "APJ_RT/021" : "APJ_RT/001";
    return odataError(c, 400, code, `${code} ${error.message}`);
  }
}

function csrfHeaders(c: Context): Record<string, string> {
  if (c.req.header("x-csrf-token")?.toLowerCase() !== "fetch") return {};
  return { "x-csrf-token": CSRF, "set-cookie": `${SESSION}; path=/; secure; HttpOnly` };
}

function statusRow([JobStatus, JobStatusText]: [string, string]) {
  return { JobStatus, JobStatusText };
}

function page(results: unknown[]) {
  return { d: { results } };
}

function literal(c: Context, name: string): string {
  return (c.req.query(name) ?? "").replace(/^'|'$/g, "").replaceAll("''", "'");
}

function keyOf(c: Context): string {
  return `${literal(c, "JobName")}/${literal(c, "JobRunCount")}`;
}

function keyIn(entity: string): string {
  const [, name, count] = /JobName='([^']*)',JobRunCount='([^']*)'/.exec(entity) ?? [];
  return `${name}/${count}`;
}

function unauthorized(): Response {
  const body = "<html><head><title>Logon failed</title></head><body>Logon failed</body></html>";
  return new Response(body, { status: 401, headers: { "www-authenticate": 'Basic realm="SAP NetWeaver"' } });
}

function odataError(c: Context, status: 400 | 404, code: string, value: string) {
  return c.json({ error: { code, message: { lang: "en", value }, innererror: { transactionid: "sandbox" } } }, status);
}
