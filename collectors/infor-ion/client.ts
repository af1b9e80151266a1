import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { tokenGrant } from "../oauth.ts";
import { pages } from "../pages.ts";
import { createCompass } from "./compass.ts";
import type { Settings } from "./settings.ts";
import { OneViewPage, type OneViewRow } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** What is asked of ION API: OneView, the messaging service, Compass. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", authUrl = "", clientId = "", clientSecret = "", accessKey = "", secretKey = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: 20 }, tools);
  const door = { tools, budget, secrets: [clientSecret, secretKey] };
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const authorize = tokenGrant({
    http: createHttp({ ...door, baseUrl: authUrl }),
    path: `/${settings.tokenPath}`,
    headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
    // The keys of a service account stand for the user it acts as.
    form: () => ({ grant_type: "password", username: accessKey, password: secretKey }),
    clock: tools.clock,
  });
  const http = createHttp({ ...door, baseUrl: `${url.replace(/\/+$/, "")}/${settings.tenant}`, authorize });
  const found = (store: string, filter: string, sort: string) =>
    pages<OneViewPage & { number: number }, OneViewRow>({
      async ask(mark) {
        const number = Number(mark ?? 1);
        const query = { filter, store, page: number, records: settings.pageSize, sort };
        return { ...(await http.get("/IONSERVICES/oneviewapi/data", OneViewPage, { query })), number };
      },
      rows: rowsOf,
      next: (page, read) => (rowsOf(page).length > 0 && read < page.numFound ? page.number + 1 : null),
    });
  const { store, date } = settings.events;
  const types = [...new Set(settings.jobs.map((job) => `document_type eq ${quoted(job.documentType)}`))].join(" or ");

  return {
    now: () => http.vendorNow(),
    compass: createCompass(http, tools),
    /** What happened to messages of the declared types between two instants. */
    eventsBetween: (from: string, to: string) =>
      found(store, `(${types}) and ${date} range [${from}, ${to}]`, `${date}:asc`),
    eventsOf: (messageId: string) => found(store, `message_id eq ${quoted(messageId)}`, `${date}:asc`),
    async message(messageId: string): Promise<OneViewRow | null> {
      for await (const [row] of found("Message", `message_id eq ${quoted(messageId)}`, "message_date:asc")) {
        if (row) return row;
      }
      return null;
    },
    /** What a message carries, as it was sent. */
    async payload(messageId: string): Promise<string> {
      const path = "/IONSERVICES/oneviewapi/data/streamDocumentPayload";
      const answer = await http.send("GET", path, {
        query: { messageId },
        headers: { accept: "text/xml" },
        also: [404],
      });
      if (answer.status !== 404) return answer.text;
      throw new VendorError("not-found", `ION no longer has the document of message ${messageId}.`);
    },
    /** Puts a document on its way; never repeated. ION refuses a message id it has seen. */
    send: (message: Record<string, unknown>) =>
      http.send("POST", "/IONSERVICES/api/ion/messaging/service/v2/message", { json: message }),
  };
}

function rowsOf(page: OneViewPage): OneViewRow[] {
  return page.fields ?? page.objectList ?? [];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
