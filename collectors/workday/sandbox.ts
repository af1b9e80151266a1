import { Hono, type Context } from "hono";
import * as z from "zod";
import { monthName, periodNamed } from "../period-name.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import { createTokens } from "../sandbox-tokens.ts";
import { defineSandbox, WorldRefusal, type SandboxOptions, type SimRun, type World } from "../sandbox.ts";
import { readXml, xml, Xml, xmlElement, xmlText } from "../xml.ts";
import { WorkdaySettings } from "./settings.ts";

const Ids = z.looseObject({ ID: z.array(z.looseObject({ "#text": z.string() })).min(1) });
const Request = z.looseObject({
  Envelope: z.looseObject({
    Body: z.looseObject({
      Get_Integration_Events_Request: z
        .looseObject({
          Request_Criteria: z.looseObject({ Sent_After: z.string(), Sent_Before: z.string() }).optional(),
          Request_References: z.looseObject({ Integration_Event_Reference: Ids }).optional(),
          Response_Filter: z.looseObject({ Page: z.coerce.number(), Count: z.coerce.number() }),
        })
        .optional(),
      Launch_Integration_Event_Request: z
        .looseObject({
          Integration_System_Reference: Ids,
          Integration_Launch_Parameter_Data: z
            .array(
              z.looseObject({
                Launch_Parameter_Reference: Ids,
                Launch_Parameter_Value_Data: xmlElement({ Text: xmlText().default("") }),
              }),
            )
            .default([]),
        })
        .optional(),
    }),
  }),
});

/** A Workday tenant: OAuth by refresh token, integration events over SOAP with faults as 500, a report as a service. */
export const workdaySandbox = defineSandbox({
  collector: "workday",
  runKey: ({ hex }) => hex(32).toLowerCase(),
  failure: { code: "FAILED", message: "Integration failed: the SFTP endpoint could not be reached" },
  example: {
    kind: "hr",
    namespace: "workday://example",
    source: "Journal lines",
    job: "INT201_Journals_{entity}",
    target: "Journals out",
    smallPages: { pageSize: 7 },
    settings: {
      tenant: "example1",
      jobs: [
        {
          name: "INT201_Journals_{entity}",
          dataset: "Journals out",
          inputs: [{ namespace: "workday://example", name: "Journal lines" }],
          completeThrough: "start",
        },
      ],
      ledger: {
        ...{ dataset: "Journal lines", report: "ISU_Tieout/Trial_balance", openPeriods: 1 },
        entities: { DE01: "Example GmbH", GB01: "Example Ltd" },
      },
    },
  },
  addresses: ["url", "tokenUrl"],
  secrets: {
    ...{ clientId: "NzQ1OTk", clientSecret: "sandbox-workday-secret" },
    refreshTokenSecret: "sandbox-workday-refresh-token-secret",
  },
  app(world, options) {
    const settings = WorkdaySettings.parse(options.settings);
    const tokens = createTokens(world, 3600);
    const app = new Hono();
    const unauthorized = () => fault("Client.authenticationError", "invalid username or password");
    const refused = () => Response.json({ error: "invalid_grant" }, { status: 401 });
    app.use("/ccx/oauth2/*", showsFaults(world, options.system, refused));
    app.use("/ccx/service/*", showsFaults(world, options.system, unauthorized));
    app.post(`/ccx/oauth2/${settings.tenant}/token`, async (c) => {
      const { clientId, clientSecret, refreshTokenSecret } = options.connection;
      const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
      const form = await c.req.parseBody();
      const good = c.req.header("authorization") === basic && form["refresh_token"] === refreshTokenSecret;
      if (!good) return c.json({ error: "invalid_client" }, 401);
      return c.json({ access_token: tokens.issue(), token_type: "Bearer", expires_in: 3600 });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    const marks = new Map<string, Record<string, string>>();
    app.post(`/ccx/service/${settings.tenant}/Integrations/:version`, async (c) => {
      const lists = ["ID", "Integration_Launch_Parameter_Data"];
      const { Body } = readXml(await c.req.text(), Request, { what: "the request", lists }).Envelope;
      if (Body.Launch_Integration_Event_Request)
        return launched(world, options, marks, Body.Launch_Integration_Event_Request);
      if (Body.Get_Integration_Events_Request)
        return listed(world, options, settings, marks, Body.Get_Integration_Events_Request);
      return fault("Client.validationError", "Unknown operation");
    });
    const report = settings.ledger?.report ?? "none/none";
    app.get(`/ccx/service/customreport2/${settings.tenant}/${report}`, (c) =>
      c.json(reportOf(c, world, options, settings)),
    );
    return app;
  },
});

type Body = z.infer<typeof Request>["Envelope"]["Body"];
type Marks = Map<string, Record<string, string>>;

function launched(
  world: World,
  { system }: SandboxOptions,
  marks: Marks,
  request: NonNullable<Body["Launch_Integration_Event_Request"]>,
) {
  const given = request.Integration_Launch_Parameter_Data.map((each) => [
    each.Launch_Parameter_Reference.ID[0]?.["#text"] ?? "",
    each.Launch_Parameter_Value_Data.Text,
  ]);
  const parameters = Object.fromEntries(given) as Record<string, string>;
  const period = periodNamed(parameters["Period"]);
  try {
    const run = world.start(system, request.Integration_System_Reference.ID[0]?.["#text"] ?? "", {
      parameters: period ? { period } : {},
    });
    marks.set(run.key, parameters);
    return answered(
      xml`<wd:Launch_Integration_Event_Response><wd:Integration_Event>${reference("Integration_Event_Reference", "WID", run.key)}</wd:Integration_Event></wd:Launch_Integration_Event_Response>`,
    );
  } catch (error) {
    if (!(error instanceof WorldRefusal)) throw error;
    return fault("Client.validationError", error.message);
  }
}

function listed(
  world: World,
  { system }: SandboxOptions,
  settings: WorkdaySettings,
  marks: Marks,
  request: NonNullable<Body["Get_Integration_Events_Request"]>,
) {
  const { Request_Criteria: criteria, Request_References: references, Response_Filter: filter } = request;
  const wid = references?.Integration_Event_Reference.ID[0]?.["#text"];
  const [from, to] = [Date.parse(criteria?.Sent_After ?? ""), Date.parse(criteria?.Sent_Before ?? "")];
  const found = world
    .runs(system)
    .filter((run) => (wid ? run.key === wid : run.queuedAt >= from && run.queuedAt <= to))
    .toReversed();
  if (wid && found.length === 0) {
    return fault("Client.validationError", `Invalid ID value.  '${wid}' is not a valid ID value for type = 'WID'`);
  }
  const page = found.slice((filter.Page - 1) * filter.Count, filter.Page * filter.Count);
  const events = page.map((run) => eventXml(world, run, settings, marks.get(run.key) ?? {}));
  const total = Math.max(1, Math.ceil(found.length / filter.Count));
  return answered(
    xml`<wd:Get_Integration_Events_Response><wd:Response_Results><wd:Total_Results>${found.length}</wd:Total_Results><wd:Total_Pages>${total}</wd:Total_Pages><wd:Page>${filter.Page}</wd:Page></wd:Response_Results><wd:Response_Data>${events}</wd:Response_Data></wd:Get_Integration_Events_Response>`,
  );
}

function eventXml(
  world: World,
  run: SimRun,
  { parameters: names }: WorkdaySettings,
  marks: Record<string, string>,
): Xml {
  const { phase, progress } = world.phase(run);
  const ended = {
    complete: "COMPLETED",
    partial: "COMPLETED_WITH_ERRORS",
    failed: "FAILED",
    aborted: "CANCELLED",
    held: "COMPLETED",
  };
  const status = phase === "ended" ? ended[run.outcome] : phase === "queued" ? "PENDING" : "PROCESSING";
  const parameters = {
    ...marks,
    ...{ [names.period]: run.period, [names.batch]: run.correlationId ?? "" },
    [names.entity]: run.entity ?? "",
  };
  const given = Object.entries(parameters).map(
    ([name, value]) =>
      xml`<wd:Integration_Runtime_Parameter_Data><wd:Parameter_Name>${name}</wd:Parameter_Name><wd:Text>${value}</wd:Text></wd:Integration_Runtime_Parameter_Data>`,
  );
  const completed =
    phase === "ended" ? [xml`<wd:Completed_DateTime>${timeOf(run.endedAt)}</wd:Completed_DateTime>`] : [];
  const failed = phase === "ended" && run.outcome === "failed";
  const messages = failed
    ? [
        xml`<wd:Background_Process_Message_Data><wd:Message_Summary>${run.error?.message ?? "Failed"}</wd:Message_Summary></wd:Background_Process_Message_Data>`,
      ]
    : [];
  return xml`<wd:Integration_Event>${reference("Integration_Event_Reference", "WID", run.key)}<wd:Integration_Event_Data>${reference("Integration_System_Reference", "Integration_System_ID", run.job)}<wd:Initiated_DateTime>${timeOf(run.queuedAt)}</wd:Initiated_DateTime>${completed}<wd:Percent_Complete>${progress.toFixed(2)}</wd:Percent_Complete>${given}</wd:Integration_Event_Data><wd:Background_Process_Instance_Data>${reference("Background_Process_Instance_Status_Reference", "Background_Process_Instance_Status_ID", status)}${messages}</wd:Background_Process_Instance_Data></wd:Integration_Event>`;
}

function reference(name: string, type: string, id: string): Xml {
  return xml`<wd:${new Xml(name)} wd:Descriptor="${id}"><wd:ID wd:type="${type}">${id}</wd:ID></wd:${new Xml(name)}>`;
}

/** With the offset of a tenant in California's winter. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds - 8 * 3_600_000).toISOString().replace("Z", "-08:00");
}

function reportOf(c: Context, world: World, { system }: SandboxOptions, { ledger }: WorkdaySettings) {
  const asked = c.req.query(ledger?.periodPrompt ?? "") ?? "";
  const rows = Object.entries(ledger?.entities ?? {}).flatMap(([entity, company]) => {
    const period = world.periods().find((each) => [each.period, monthName(each.period)].includes(asked))?.period ?? "";
    const held = playedLedger(world, system, entity, period);
    return (held?.accounts ?? []).map(({ account, count, debit, credit }) => ({
      ...{ Company: company, Ledger_Account: account, Currency: held?.currency },
      ...{ Line_Count: String(count), Debit_Amount: debit, Credit_Amount: credit },
    }));
  });
  return { Report_Entry: rows };
}

function answered(body: Xml): Response {
  return written(
    xml`<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>${body}</env:Body></env:Envelope>`,
    200,
  );
}

function fault(code: string, message: string): Response {
  const body = xml`<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><SOAP-ENV:Fault xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>SOAP-ENV:${code}</faultcode><faultstring>${message}</faultstring></SOAP-ENV:Fault></env:Body></env:Envelope>`;
  return written(body, 500);
}

function written({ text }: Xml, status: number): Response {
  return new Response(text, { status, headers: { "content-type": "text/xml;charset=UTF-8" } });
}
