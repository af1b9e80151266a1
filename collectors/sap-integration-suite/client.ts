import { createBudget } from "../budget.ts";
import { VendorError, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import { csrfDoor, odataDateTime, odataText } from "../odata.ts";
import type { Settings } from "./settings.ts";
import { MessageLogEntity, MessageLogPage, type MessageLog } from "./vendor.ts";

const LOGS = "/api/v1/MessageProcessingLogs";
/** Pages read in one pull, so that a long backlog is made durable piece by piece. */
const PAGES_IN_A_PULL = 5;

export type Client = ReturnType<typeof createClient>;

/** The tenant's API as far as it is used. `connection`: url, tokenUrl, clientId, clientSecret, and runtimeUrl where it differs. */
export function createClient(settings: Settings, connection: Record<string, string>, tools: Tools) {
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const { url = "", tokenUrl = "", clientId = "", clientSecret = "" } = connection;
  const base = { tools, budget, secrets: [clientSecret] };
  const authorize = clientCredentials({
    http: createHttp({ ...base, baseUrl: tokenUrl.replace(/\/oauth\/token\/?$/, "") }),
    path: "/oauth/token",
    clientId,
    clientSecret,
    style: "header",
    clock: tools.clock,
  });
  const http = createHttp({ ...base, baseUrl: url, authorize });
  const runtime = createHttp({ ...base, baseUrl: connection.runtimeUrl ?? url, authorize });

  return {
    /** Messages whose log ended at or after an instant, oldest first; `more` when pages were left for the next pull. */
    async logsSince(instant: string): Promise<{ rows: MessageLog[]; more: boolean }> {
      const rows: MessageLog[] = [];
      let next: string | undefined;
      for (let page = 0; page < PAGES_IN_A_PULL; page++) {
        const query = {
          $filter: `LogEnd ge ${odataDateTime(instant)}`,
          $orderby: "LogEnd asc",
          $expand: "CustomHeaderProperties",
          $top: settings.pageSize,
          $format: "json",
        };
        const answer = await (next ? http.get(next, MessageLogPage) : http.get(LOGS, MessageLogPage, { query }));
        rows.push(...answer.d.results);
        next = answer.d.__next;
        if (!next) return { rows, more: false };
      }
      return { rows, more: true };
    },

    /** One message by its GUID, or null when the tenant has it no longer. */
    async log(guid: string): Promise<MessageLog | null> {
      const query = { $expand: "CustomHeaderProperties", $format: "json" };
      const path = `${LOGS}(${encodeURIComponent(odataText(guid))})`;
      const answer = await http.send("GET", path, { query, also: [404] });
      return answer.status === 404 ? null : http.read(answer, MessageLogEntity, `GET ${LOGS}`).d;
    },

    /** The error text behind a failed message; empty when the tenant keeps none. */
    async errorText(guid: string): Promise<string> {
      const path = `${LOGS}(${encodeURIComponent(odataText(guid))})/ErrorInformation/$value`;
      const answer = await http.send("GET", path, { headers: { accept: "text/plain" }, also: [404] });
      return answer.status === 404 ? "" : answer.text.trim();
    },

    /** The newest message with an application message ID. Not combined with other filters, as the vendor advises. */
    async logOfApplication(applicationId: string): Promise<MessageLog | null> {
      const query = { $filter: `ApplicationMessageId eq ${odataText(applicationId)}`, $format: "json" };
      const answer = await http.get(LOGS, MessageLogPage, { query });
      return answer.d.results.at(-1) ?? null;
    },

    /** Sends a message to an HTTPS sender endpoint; the GUID of its log, where the runtime says it. */
    async send(path: string, applicationId: string, body: Record<string, string>): Promise<string | null> {
      const answer = await csrfDoor(runtime, path).post(path, {
        headers: { SAP_ApplicationID: applicationId },
        json: body,
        also: [404],
      });
      if (answer.status === 404) throw new VendorError("not-found", `No iFlow listens at ${path}; is it deployed?`);
      return answer.headers.get("SAP_MessageProcessingLogID");
    },
  };
}
