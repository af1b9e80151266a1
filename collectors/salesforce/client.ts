import type * as z from "zod";
import { handedOut } from "../address-guard.ts";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { parseCsv } from "../csv.ts";
import { createHttp, type Answer, type Ask, type Http } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import { allRows, pages } from "../pages.ts";
import { monthsQuery } from "./map.ts";
import type { PubSubDoor } from "./pub-sub.ts";
import type { SalesforceSettings } from "./settings.ts";
import { ApexList, BulkJob, BulkList, Created, GroupList, type ApexJob } from "./vendor.ts";

/** What is asked of one Salesforce organisation. */
export type SalesforceClient = ReturnType<typeof createClient>;
export type BulkKind = "ingest" | "query";

interface Page<Row> {
  done: boolean;
  nextRecordsUrl?: string | null | undefined;
  records: Row[];
}

const APEX_FIELDS =
  "Id,Status,JobType,MethodName,ApexClass.Name,JobItemsProcessed,TotalJobItems,NumberOfErrors,ExtendedStatus,CreatedDate,CompletedDate,ParentJobId";
/** Jobs of the platform's own are none of ours. */
const APEX_TYPES = "'BatchApex','Queueable','ScheduledApex','Future'";
/** Seconds after which a day's limit is worth another try. */
const LIMIT_PAUSE = 3600;
/** Where the Pub/Sub API is unless the connection says otherwise. */
const PUB_SUB = "https://api.pubsub.salesforce.com:7443";
/** Records named in one query. */
const NAMED = 200;

export function createClient(system: SystemOf<SalesforceSettings>, tools: Tools) {
  const { get, list, send, read, pubSub, renew } = openDoor(system, tools);
  const data = `/services/data/${system.settings.apiVersion}`;
  const failed = async (id: string, kind: "failedResults" | "unprocessedrecords") =>
    (await send("GET", `${data}/jobs/ingest/${id}/${kind}`, { headers: { accept: "text/csv" } })).text;

  return {
    /** The clock the vendor's answers put right. */
    now: tools.clock.now,
    /** All bulk jobs there are: the list has no order and no filter by date. */
    bulkJobs: (kind: BulkKind) =>
      list(`${data}/jobs/${kind}`, BulkList, { query: { jobType: kind === "ingest" ? "V2Ingest" : "V2Query" } }),
    bulkJob: (kind: BulkKind, id: string) => get(`${data}/jobs/${kind}/${id}`, BulkJob),
    /** Rows a job refused, with `sf__Error`. */
    refusedRows: async (id: string) => parseCsv(await failed(id, "failedResults")),
    /** Apex jobs created since an instant, and those named. */
    apexJobs(from: string, open: readonly string[] = []): AsyncGenerator<readonly ApexJob[]> {
      const named = open.length > 0 ? ` OR Id IN (${open.map((id) => `'${id.replace(/\W/g, "")}'`).join(",")})` : "";
      const q = `SELECT ${APEX_FIELDS} FROM AsyncApexJob WHERE JobType IN (${APEX_TYPES}) AND (CreatedDate >= ${from}${named}) ORDER BY CreatedDate`;
      return list(`${data}/query`, ApexList, { query: { q } });
    },
    /** Groups of an aggregate query; amounts as text, digit for digit. */
    async groups(q: string): Promise<Record<string, unknown>[]> {
      return allRows(list(`${data}/query`, GroupList, { query: { q }, exactNumbers: true }));
    },
    /** Months `2026-10` in which records are dated, deleted ones too. */
    async monthsOf(object: string, dateField: string, ids: readonly string[]): Promise<string[]> {
      const months = new Set<string>();
      for (let at = 0; at < ids.length; at += NAMED) {
        const q = monthsQuery(object, dateField, ids.slice(at, at + NAMED));
        const groups = await allRows(list(`${data}/queryAll`, GroupList, { query: { q }, exactNumbers: true }));
        for (const { year, month } of groups)
          if (year && month) months.add(`${year}-${String(month).padStart(2, "0")}`);
      }
      return [...months];
    },
    /** What opens the Pub/Sub API, and how the next call there logs in anew. */
    ...{ pubSub, renew },
    /** Creates a job, uploads its rows and lets it begin; answers its id. Never repeated. */
    async load(job: Record<string, string>, csv: string): Promise<string> {
      const answer = await send("POST", `${data}/jobs/ingest`, {
        json: { ...job, contentType: "CSV", lineEnding: "LF" },
      });
      const { id } = await read(answer, Created, "POST /jobs/ingest");
      await send("PUT", `${data}/jobs/ingest/${id}/batches`, { text: csv, headers: { "content-type": "text/csv" } });
      await send("PATCH", `${data}/jobs/ingest/${id}`, { json: { state: "UploadComplete" } });
      return id;
    },
    /** Rows refused and rows not reached, as they were sent. */
    async unloaded(id: string): Promise<{ refused: string; unprocessed: string }> {
      return { refused: await failed(id, "failedResults"), unprocessed: await failed(id, "unprocessedrecords") };
    },
    async abort(kind: BulkKind, id: string): Promise<boolean> {
      const answer = await send("PATCH", `${data}/jobs/${kind}/${id}`, {
        json: { state: "Aborted" },
        also: [400, 404],
      });
      return answer.status < 400;
    },
  };
}

/** What every call needs: tokens, the address they say to go to, limits and lists. */
function openDoor({ settings, connection }: SystemOf<SalesforceSettings>, tools: Tools) {
  const { url = "", clientId = "", clientSecret = "" } = connection;
  const budget = createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools);
  const door = { tools, budget, secrets: [clientSecret] };
  const authorize = clientCredentials({
    ...{ http: createHttp({ ...door, baseUrl: url }), path: "/services/oauth2/token" },
    ...{ clientId, clientSecret, style: "form", clock: tools.clock },
  });
  let held: { address: string; http: Http } | null = null;

  /** The door the token says to go to. */
  async function vendorDoor(): Promise<Http> {
    const told = (await authorize.token())["instance_url"];
    const address = typeof told === "string" ? handedOut(told, url) : url;
    if (held?.address !== address) {
      const headers = { "sforce-call-options": "client=Tieout" };
      held = { address, http: createHttp({ ...door, baseUrl: address, authorize, headers }) };
    }
    return held.http;
  }
  async function session() {
    const { access_token, instance_url, id } = await authorize.token();
    const [, organisation] = /\/id\/(\w+)\//.exec(String(id)) ?? [];
    if (!organisation) throw new VendorError("nonsense", "The token does not tell the organisation it is for.");
    return { accesstoken: access_token, instanceurl: String(instance_url ?? url), tenantid: organisation };
  }
  async function send(method: string, path: string, ask: Ask = {}) {
    const http = await vendorDoor();
    try {
      return await http.send(method, path, ask);
    } catch (error) {
      const isLimit = error instanceof VendorError && /REQUEST_LIMIT_EXCEEDED/.test(error.message);
      if (isLimit) throw new VendorError("rate-limited", error.message, { retryAfterSeconds: LIMIT_PAUSE });
      throw error;
    }
  }
  async function get<S extends z.ZodType>(path: string, shape: S, ask: Ask = {}): Promise<z.output<S>> {
    const answer = await send("GET", path, ask);
    return (await vendorDoor()).read(answer, shape, `GET ${path.split("?")[0]}`, ask);
  }
  const list = <Row>(path: string, shape: z.ZodType<Page<Row>>, ask: Ask = {}) =>
    pages<Page<Row>, Row>({
      ask: (next) => (next ? get(String(next), shape) : get(path, shape, ask)),
      rows: ({ records }) => records,
      next: ({ done, nextRecordsUrl }) => (done ? null : nextRecordsUrl),
    });
  return {
    ...{ get, list, send, renew: () => authorize.refresh?.() },
    read: async <S extends z.ZodType>(answer: Answer, shape: S, what: string) =>
      (await vendorDoor()).read(answer, shape, what),
    pubSub: (): PubSubDoor => ({ address: connection["pubSub"] || PUB_SUB, session, ...door }),
  };
}
