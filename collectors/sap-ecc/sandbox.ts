import { Hono, type Context } from "hono";
import { defineSandbox, type SandboxOptions, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { idocRows, jobRows, totalRows } from "./sandbox-tables.ts";
import { Settings } from "./settings.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** An ECC system behind its Gateway service: IDocs, background jobs and totals, in the system's own time zone. */
export const sapEccSandbox = defineSandbox({
  collector: "sap-ecc",
  // What has a space in its name is a message type with its partner; a background job's name has none.
  runKey: ({ job, digits, letters }) =>
    job.includes(" ") ? digits(16) : `${job}/${digits(6)}${letters(LETTERS, 1)}${digits(1)}`,
  failure: { code: "A", message: "Job cancelled after system exception ERROR_MESSAGE" },
  example: {
    kind: "erp",
    namespace: "ecc://example",
    source: "FAGLFLEXT",
    job: "Z_GL_ACTUALS_{entity}",
    target: "GL_ACTUALS_FILE",
    smallPages: { pageSize: 4 },
    settings: {
      client: "100",
      timeZone: "Europe/Berlin",
      jobs: [
        {
          name: "Z_GL_ACTUALS_{entity}",
          dataset: "GL_ACTUALS_FILE",
          inputs: [{ namespace: "ecc://example", name: "FAGLFLEXT" }],
          completeThrough: "start",
        },
      ],
      ledger: { entities: ["DE01", "GB01"], accounts: { from: "0000400000", to: "0000699999" } },
    },
  },
  addresses: ["url"],
  secrets: { user: "TIEOUT_RFC", password: "sandbox-ecc-password" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const { user, password } = options.connection;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", async (c, next) => {
      if (c.req.header("authorization") !== basic) return unauthorized();
      // The user is known in one client only.
      return c.req.query("sap-client") === settings.client ? next() : unauthorized();
    });
    const changed =
      (rows: (world: World, system: string, settings: Settings) => Record<string, string>[]) => (c: Context) => {
        const [, since] = /^CHANGED ge '(\d{14})'$/.exec(c.req.query("$filter") ?? "") ?? [];
        if (!since) return badQuery(c);
        const found = rows(world, options.system, settings).filter((row) => row.CHANGED! >= since);
        return paged(
          c,
          options,
          found.toSorted((one, other) => (one.CHANGED! < other.CHANGED! ? -1 : 1)),
        );
      };
    app.get(`${settings.service}/IdocSet`, changed(idocRows));
    app.get(`${settings.service}/JobSet`, changed(jobRows));
    app.get(`${settings.service}/GlTotalSet`, (c) => {
      const rows = totalRows(world, options.system, settings, c.req.query("$filter") ?? "");
      return rows ? paged(c, options, rows) : badQuery(c);
    });
    return app;
  },
});

function paged(c: Context, { baseUrl }: SandboxOptions, rows: readonly object[]) {
  const size = Number(c.req.query("pagesize") ?? 500);
  const skip = Number(c.req.query("$skiptoken") ?? 0);
  const { pathname, searchParams } = new URL(c.req.url);
  searchParams.set("$skiptoken", String(skip + size));
  const next = `${baseUrl.replace(/\/$/, "")}${pathname}?${searchParams}`;
  return c.json({
    d: { results: rows.slice(skip, skip + size), ...(skip + size < rows.length && { __next: next }) },
  });
}

function unauthorized(): Response {
  const page = "<html><head><title>Logon failed</title></head><body>Client, name or password is wrong</body></html>";
  const headers = { "content-type": "text/html", "www-authenticate": 'Basic realm="SAP NetWeaver"' };
  return new Response(page, { status: 401, headers });
}

function badQuery(c: Context) {
  const message = { lang: "en", value: "Invalid system query option value" };
  return c.json({ error: { code: "/IWBEP/CM_MGW_RT/021", message } }, 400);
}
