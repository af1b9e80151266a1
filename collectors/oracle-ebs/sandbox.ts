import { Hono, type Context } from "hono";
import { monthName } from "../period-name.ts";
import { defineSandbox, WorldRefusal, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import { requestRows } from "./sandbox-requests.ts";
import { Settings } from "./settings.ts";

/** Months that stay open in the played ledger, this one included. */
const OPEN_MONTHS = 2;

type Input = Record<string, string | undefined>;

/** An E-Business Suite behind Integrated SOA Gateway: one package's procedures, with the context of a responsibility. */
export const oracleEbsSandbox = defineSandbox({
  collector: "oracle-ebs",
  runKey: ({ digits }) => `7${digits(7)}`,
  failure: { code: "E", message: "ORA-01555: snapshot too old" },
  example: {
    kind: "erp",
    namespace: "ebs://example",
    source: "GL_BALANCES",
    job: "GL actuals {entity}",
    target: "XX_GL_ACTUALS",
    smallPages: { pageSize: 3 },
    settings: {
      context: { responsibility: "TIEOUT_MONITOR", respApplication: "SQLGL" },
      timeZone: "America/New_York",
      jobs: [
        {
          name: "GL actuals {entity}",
          dataset: "XX_GL_ACTUALS",
          inputs: [{ namespace: "ebs://example", name: "GL_BALANCES" }],
          completeThrough: "start",
          arguments: { period: 2, batch: 3 },
          submits: { program: "XXGLACT", arguments: ["{entity}", "{periodName}", "{batch}"] },
        },
      ],
      ledger: {
        ledgerId: "2021",
        periods: true,
        entities: { "101": "DE01", "102": "GB01" },
        accounts: { from: "400000", to: "699999" },
      },
    },
  },
  addresses: ["url"],
  secrets: { user: "TIEOUT", password: "sandbox-ebs-password" },
  app(world, options) {
    const settings = Settings.parse(options.settings);
    const { user, password } = options.connection;
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const app = new Hono();
    app.use(
      "*",
      showsFaults(world, options.system, () => fault(401, "ISG_INVALID_LOGIN", "Invalid user or password")),
    );
    app.use("*", async (c, next) =>
      c.req.header("authorization") === basic ? next() : fault(401, "ISG_INVALID_LOGIN", "Invalid user or password"),
    );
    const procedures = proceduresOf(world, options.system, settings);
    app.post(`/webservices/rest/${settings.alias}/:method/`, async (c) => {
      const method = c.req.param("method");
      const body = await c.req.json<Record<string, { RESTHeader?: Input; InputParameters?: Input }>>();
      const { RESTHeader, InputParameters = {} } = body[`${method.toUpperCase()}_Input`] ?? {};
      if (RESTHeader?.Responsibility !== settings.context.responsibility) {
        return fault(403, "ISG_NO_GRANT", "The user may not run the function under this responsibility");
      }
      const procedure = procedures[method];
      if (!procedure) return fault(404, "ISG_NO_METHOD", `No method ${method} is deployed`);
      return answered(c, () => procedure(InputParameters));
    });
    return app;
  },
});

function proceduresOf(world: World, system: string, settings: Settings): Record<string, (input: Input) => object> {
  const requests = requestRows(world, system, settings);
  return {
    list_requests: ({ P_SINCE = "", P_LAST_ID = "0", P_LIMIT = "200" }) => ({
      X_REQUESTS: table("X_REQUESTS", requests.after(P_SINCE, P_LAST_ID).slice(0, Number(P_LIMIT))),
    }),
    get_request: ({ P_REQUEST_ID = "" }) => ({ X_REQUESTS: table("X_REQUESTS", requests.one(P_REQUEST_ID)) }),
    list_totals: ({ P_LEDGER_ID, P_PERIODS = "", P_FROM_ACCOUNT = "", P_TO_ACCOUNT = "" }) => {
      const within = (account: string) => account >= P_FROM_ACCOUNT && account <= P_TO_ACCOUNT;
      const named = new Set(P_PERIODS.split(","));
      const periods = world.periods().filter(({ period }) => named.has(monthName(period)));
      const rows = Object.entries(settings.ledger?.entities ?? {}).flatMap(([SEGMENT, entity]) =>
        periods.flatMap(({ period }) => {
          const held =
            P_LEDGER_ID === settings.ledger?.ledgerId &&
            playedLedger(world, system, entity, period, settings.ledger?.dataset);
          return (held ? held.accounts : []).flatMap(({ account, debit, credit }) => {
            const amounts = { PERIOD_NET_DR: debit, PERIOD_NET_CR: credit };
            const row = { SEGMENT, PERIOD_NAME: monthName(period), ACCOUNT: account, ...amounts };
            return within(account) && held ? [{ ...row, CURRENCY_CODE: held.currency }] : [];
          });
        }),
      );
      return { X_TOTALS: table("X_TOTALS", rows) };
    },
    list_periods({ P_PERIODS = "" }) {
      const open = new Set(
        world
          .periods()
          .slice(-OPEN_MONTHS)
          .map(({ period }) => monthName(period)),
      );
      const rows = P_PERIODS.split(",").map((PERIOD_NAME) => ({
        ...{ PERIOD_NAME, CLOSING_STATUS: open.has(PERIOD_NAME) ? "O" : "C" },
      }));
      return { X_PERIODS: table("X_PERIODS", rows) };
    },
    submit_request({ P_DESCRIPTION = "", P_PROGRAM }) {
      const job = world.jobs(system).find((each) => P_DESCRIPTION.startsWith(`${each.job} [`));
      if (!job || !P_PROGRAM) return { X_REQUEST_ID: "0", X_MESSAGE: "APP-FND-01500: no such program" };
      const { key } = world.start(system, job.job, {});
      requests.describe(key, P_DESCRIPTION);
      return { X_REQUEST_ID: key, X_MESSAGE: null };
    },
    cancel_request: ({ P_REQUEST_ID = "" }) => ({ X_FOUND: world.cancel(system, P_REQUEST_ID) ? "Y" : "N" }),
  };
}

/** As the gateway writes tables: nothing at all, one item by itself, or a list. */
function table(name: string, rows: readonly object[]): object | null {
  if (rows.length === 0) return null;
  return { [`${name}_ITEM`]: rows.length === 1 ? rows[0] : rows };
}

function answered(c: Context, procedure: () => object): Response {
  try {
    return c.json({ OutputParameters: { "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", ...procedure() } });
  } catch (error) {
    if (!(error instanceof WorldRefusal)) throw error;
    return c.json({ OutputParameters: { X_REQUEST_ID: "0", X_MESSAGE: `APP-FND-00730: ${error.message}` } });
  }
}

function fault(status: number, Code: string, Message: string): Response {
  const ServiceDetails = { ServiceName: "XX_TIEOUT_MON", OperationName: "", InstanceId: "0" };
  return Response.json({ ISGServiceFault: { Code, Message, Resolution: "", ServiceDetails } }, { status });
}
