import type * as z from "zod";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { tokenGrant } from "../oauth.ts";
import { pages } from "../pages.ts";
import { readXml, xml, type Xml } from "../xml.ts";
import type { Ledger, WorkdaySettings } from "./settings.ts";
import { faultOf } from "./fault.ts";
import { EventsAnswer, idOf, LaunchAnswer, LISTS, Report, type IntegrationEvent } from "./vendor.ts";

/** What is asked of one Workday tenant. */
export type WorkdayClient = ReturnType<typeof createClient>;

export function createClient({ settings, connection }: SystemOf<WorkdaySettings>, tools: Tools) {
  const { url = "", tokenUrl = "", clientId = "", clientSecret = "", refreshTokenSecret = "" } = connection;
  const { tenant, version } = settings;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const secrets = [clientSecret, basic, refreshTokenSecret];
  const door = { tools, budget, secrets };
  const authorize = tokenGrant({
    http: createHttp({ ...door, baseUrl: tokenUrl }),
    path: `/ccx/oauth2/${tenant}/token`,
    form: () => ({ grant_type: "refresh_token", refresh_token: refreshTokenSecret }),
    headers: { authorization: `Basic ${basic}` },
    clock: tools.clock,
  });
  const http = createHttp({ ...door, baseUrl: url, authorize, timeoutMilliseconds: 120_000 });
  const path = `/ccx/service/${tenant}/Integrations/${version}`;

  /** Asks an operation; what changes something is never repeated, except where it was refused for its token. */
  async function call<S extends z.ZodType>(
    operation: string,
    body: Xml,
    shape: S,
    idempotent: boolean,
  ): Promise<z.output<S>> {
    const text =
      xml`<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:bsvc="urn:com.workday/bsvc"><env:Body>${body}</env:Body></env:Envelope>`
        .text;
    const ask = {
      text,
      idempotent,
      also: [500],
      headers: { accept: "text/xml", "content-type": "text/xml; charset=UTF-8" },
    };
    let answer = await http.send("POST", path, ask);
    if (answer.status === 500 && faultOf(operation, answer.text, secrets).code === "unauthorized") {
      await authorize.refresh?.();
      answer = await http.send("POST", path, ask);
    }
    if (answer.status === 500) throw faultOf(operation, answer.text, secrets);
    return readXml(answer.text, shape, { what: operation, lists: LISTS, secrets });
  }
  const events = async (criteria: Xml, page: number) => {
    const request = xml`<bsvc:Get_Integration_Events_Request bsvc:version="${version}">${criteria}<bsvc:Response_Filter><bsvc:Page>${page}</bsvc:Page><bsvc:Count>${settings.pageSize}</bsvc:Count></bsvc:Response_Filter></bsvc:Get_Integration_Events_Request>`;
    const answer = await call("Get_Integration_Events", request, EventsAnswer, true);
    const { Response_Data, Response_Results } = answer.Envelope.Body.Get_Integration_Events_Response;
    return { page, rows: Response_Data.Integration_Event, last: Number(Response_Results.Total_Pages) };
  };

  return {
    vendorNow: http.vendorNow,
    /** Integration events sent between two instants, page by page. */
    events: (from: string, to: string) =>
      pages<{ page: number; rows: IntegrationEvent[]; last: number }, IntegrationEvent>({
        ask: (page) =>
          events(
            xml`<bsvc:Request_Criteria><bsvc:Sent_After>${from}</bsvc:Sent_After><bsvc:Sent_Before>${to}</bsvc:Sent_Before></bsvc:Request_Criteria>`,
            Number(page ?? 1),
          ),
        rows: ({ rows }) => rows,
        next: ({ page, last }) => (page < last ? page + 1 : null),
      }),
    /** One event, or null where Workday has it no longer. */
    async event(wid: string): Promise<IntegrationEvent | null> {
      const reference = xml`<bsvc:Request_References><bsvc:Integration_Event_Reference><bsvc:ID bsvc:type="WID">${wid}</bsvc:ID></bsvc:Integration_Event_Reference></bsvc:Request_References>`;
      try {
        return (await events(reference, 1)).rows[0] ?? null;
      } catch (error) {
        const isGone =
          error instanceof VendorError && error.code === "refused" && /Invalid ID value/i.test(error.message);
        if (isGone) return null;
        throw error;
      }
    },
    /** Launches an integration with parameters as text; answers its event's WID. Never repeated. */
    async launch(integration: string, parameters: Record<string, string>): Promise<string | null> {
      const given = Object.entries(parameters).map(
        ([name, value]) =>
          xml`<bsvc:Integration_Launch_Parameter_Data><bsvc:Launch_Parameter_Reference><bsvc:ID bsvc:type="Launch_Parameter_Name" bsvc:parent_type="Integration_System_ID" bsvc:parent_id="${integration}">${name}</bsvc:ID></bsvc:Launch_Parameter_Reference><bsvc:Launch_Parameter_Value_Data><bsvc:Text>${value}</bsvc:Text></bsvc:Launch_Parameter_Value_Data></bsvc:Integration_Launch_Parameter_Data>`,
      );
      const request = xml`<bsvc:Launch_Integration_Event_Request bsvc:version="${version}"><bsvc:Integration_System_Reference><bsvc:ID bsvc:type="Integration_System_ID">${integration}</bsvc:ID></bsvc:Integration_System_Reference>${given}</bsvc:Launch_Integration_Event_Request>`;
      const answer = await call("Launch_Integration", request, LaunchAnswer, false);
      const [launched] = answer.Envelope.Body.Launch_Integration_Event_Response.Integration_Event;
      return idOf(launched?.Integration_Event_Reference, "WID");
    },
    /** Rows of the ledger's report for a period, written as its prompt wants it. */
    report: async ({ report, periodPrompt }: Ledger, period: string) => {
      const query = { format: "json", [periodPrompt]: period };
      const ask = { query, exactNumbers: true };
      return (await http.get(`/ccx/service/customreport2/${tenant}/${report}`, Report, ask)).Report_Entry;
    },
  };
}
