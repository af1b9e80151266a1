import { Hono, type Context } from "hono";
import { showsFaults } from "../sandbox-faults.ts";
import { createTokens } from "../sandbox-tokens.ts";
import {
  defineSandbox,
  WorldRefusal,
  type SandboxOptions,
  type SimRejection,
  type SimRun,
  type World,
} from "../sandbox.ts";
import { runOfRecord } from "./sandbox-changes.ts";
import { servePubSub } from "./sandbox-pub-sub.ts";
import { SalesforceSettings } from "./settings.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ORGANISATION = "00DHs00000Example2IAE";
const USER = "005Hs00000Example2IAV";
/** Jobs on a page. */
const PAGE = 1000;

/** A Salesforce organisation: client credentials, bulk jobs in no order on pages, their rows as CSV, queries. */
export const salesforceSandbox = defineSandbox({
  collector: "salesforce",
  plays: "load",
  runKey: ({ letters }) => `750Hs${letters(LETTERS, 10)}IAB`,
  failure: { code: "InvalidBatch", message: "InvalidBatch : Field name not found : Cost_Centre__c" },
  example: {
    kind: "crm",
    namespace: "salesforce://example",
    source: "BUDGET_OUT",
    job: "upsert Budget__c {entity}",
    target: "Budget__c",
    refuses: true,
    smallPages: { changes: { objects: [{ object: "Budget__c", dataset: "Budget__c" }], most: 3, atOnce: 2 } },
    // Only rows a job refused are loaded again; drive.test.ts shows it.
    reruns: false,
    settings: {
      jobs: [
        {
          ...{ name: "upsert Budget__c {entity}", dataset: "Budget__c", closeDays: 10 },
          inputs: [{ namespace: "feed://example", name: "BUDGET_OUT" }],
        },
      ],
      // An idle poll costs a request for each of them, and one for the changes.
      reads: ["ingest", "apex"],
      changes: { objects: [{ object: "Budget__c", dataset: "Budget__c" }] },
      users: { DE01: "005Hs00000XyZ12IAV", GB01: "005Hs00000XyZ13" },
      figures: {
        ...{ dataset: "Budget__c", object: "Budget__c", dateField: "Posting_Date__c", openPeriods: 1 },
        ...{ entityField: "Company__c", amountField: "Amount__c", accountField: "Account_Code__c" },
        entities: { DE01: "Example GmbH", GB01: "Example Ltd" },
      },
    },
  },
  addresses: ["url"],
  secrets: { clientId: "3MVG9example", clientSecret: "sandbox-salesforce-secret" },
  app(world, options) {
    const settings = SalesforceSettings.parse(options.settings);
    const tokens = createTokens(world, 7200);
    const app = new Hono();
    const unauthorized = () =>
      Response.json([{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }], { status: 401 });
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.post("/services/oauth2/token", async (c) => {
      const form = await c.req.parseBody();
      const { clientId, clientSecret } = options.connection;
      const good = form["client_id"] === clientId && form["client_secret"] === clientSecret;
      if (!good) return c.json({ error: "invalid_client", error_description: "invalid client credentials" }, 401);
      const told = { instance_url: options.baseUrl, id: `${options.baseUrl}/id/${ORGANISATION}/${USER}` };
      return c.json({ access_token: tokens.issue(), token_type: "Bearer", ...told });
    });
    app.use("*", async (c, next) => (tokens.holds(c.req.header("authorization")) ? next() : unauthorized()));
    app.get("/services/oauth2/userinfo", (c) => c.json({ organization_id: ORGANISATION, user_id: USER }));
    const data = `/services/data/${settings.apiVersion}`;
    addJobs(app, `${data}/jobs`, world, options, settings);
    app.get(`${data}/query`, (c) => queried(c, world, options, settings));
    app.get(`${data}/queryAll`, (c) => monthsQueried(c, world, options));
    return app;
  },
  beside: servePubSub,
});

function addJobs(
  app: Hono,
  path: string,
  world: World,
  { system }: SandboxOptions,
  settings: SalesforceSettings,
): void {
  const runOf = (c: Context) => world.run(system, c.req.param("id") ?? "");
  const missing = (c: Context) => c.json([{ errorCode: "NOT_FOUND", message: "The job does not exist" }], 404);
  app.get(`${path}/query`, (c) => c.json({ done: true, records: [], nextRecordsUrl: null }));
  app.get(`${path}/ingest`, (c) => {
    const jobs = shuffled(world.runs(system)).map((run) => jobJson(world, run, settings, false));
    const offset = Number(c.req.query("queryLocator") ?? 0);
    const next = offset + PAGE < jobs.length ? `${path}/ingest?jobType=V2Ingest&queryLocator=${offset + PAGE}` : null;
    return c.json({ done: next === null, records: jobs.slice(offset, offset + PAGE), nextRecordsUrl: next });
  });
  app.get(`${path}/ingest/:id`, (c) => {
    const run = runOf(c);
    return run ? c.json(jobJson(world, run, settings, true)) : missing(c);
  });
  app.get(`${path}/ingest/:id/:result{failedResults|unprocessedrecords}`, (c) => {
    const run = runOf(c);
    if (!run) return missing(c);
    const header = "Key__c,Amount__c";
    const rows = run.rejections.flatMap((rejection) => refusedRows(run, rejection));
    return c.text(
      c.req.param("result") === "failedResults" ? ["sf__Id,sf__Error," + header, ...rows].join("\n") : header,
    );
  });
  app.post(`${path}/ingest`, async (c) => {
    const { object, operation } = await c.req.json<{ object: string; operation: string }>();
    const job = world.jobs(system).find((each) => each.job.startsWith(`${operation} ${object}`))?.job ?? "";
    try {
      return c.json({ id: world.start(system, job, {}).key, state: "Open", object, operation });
    } catch (error) {
      if (!(error instanceof WorldRefusal)) throw error;
      return c.json([{ errorCode: "INVALIDJOB", message: error.message }], 400);
    }
  });
  app.put(`${path}/ingest/:id/batches`, (c) => (runOf(c) ? c.body(null, 201) : missing(c)));
  app.patch(`${path}/:kind/:id`, async (c) => {
    const { state } = await c.req.json<{ state: string }>();
    const run = c.req.param("kind") === "ingest" ? runOf(c) : null;
    if (!run) return missing(c);
    if (state === "Aborted" && !world.cancel(system, run.key)) {
      return c.json([{ errorCode: "INVALIDJOBSTATE", message: "The job has ended" }], 400);
    }
    return c.json({ id: run.key, state });
  });
}

/** In an order that means nothing, and is the same every time. */
function shuffled(runs: readonly SimRun[]): SimRun[] {
  return runs.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

function jobJson(world: World, run: SimRun, { users }: SalesforceSettings, whole: boolean) {
  const { phase } = world.phase(run);
  const ended = {
    complete: "JobComplete",
    partial: "JobComplete",
    held: "JobComplete",
    failed: "Failed",
    aborted: "Aborted",
  };
  const state = phase === "ended" ? ended[run.outcome] : phase === "queued" ? "UploadComplete" : "InProgress";
  const changed = phase === "ended" ? run.endedAt : phase === "queued" ? run.queuedAt : run.startedAt;
  const [operation, object] = run.job.split(" ");
  const counted = phase === "ended" && state === "JobComplete";
  return {
    ...{ id: run.key, operation, object, state, jobType: "V2Ingest", externalIdFieldName: "Key__c" },
    ...{ createdById: users[run.entity ?? ""], createdDate: timeOf(run.queuedAt), systemModstamp: timeOf(changed) },
    ...(whole &&
      counted && { numberRecordsProcessed: run.rowsWritten + run.rowsRejected, numberRecordsFailed: run.rowsRejected }),
    // The list leaves counts out, but tells that something failed.
    ...(!whole && counted && run.rowsRejected > 0 && { numberRecordsFailed: run.rowsRejected }),
    ...(whole && state === "Failed" && { errorMessage: run.error?.message }),
  };
}

function refusedRows(run: SimRun, { kind, dimension, member, count, documentRefs }: SimRejection): string[] {
  const text = {
    "unmapped-member": `INVALID_FIELD:Foreign key external ID: ${member} not found for field Code__c in entity ${dimension}:--`,
    "invalid-combination": `FIELD_CUSTOM_VALIDATION_EXCEPTION:${dimension} ${member} is no valid combination:--`,
    "period-closed": `FIELD_CUSTOM_VALIDATION_EXCEPTION:The period ${run.period} is closed:--`,
  }[kind];
  return Array.from(
    { length: count },
    (_, row) => `"","${text}","${documentRefs[row % Math.max(1, documentRefs.length)] ?? ""}","1.00"`,
  );
}

/** Understands the two queries it is asked. Amounts are written by hand, digit for digit. */
function queried(c: Context, world: World, { system }: SandboxOptions, { figures }: SalesforceSettings) {
  const q = c.req.query("q") ?? "";
  if (/FROM AsyncApexJob/.test(q)) return c.json({ totalSize: 0, done: true, records: [] });
  const dataset = world.jobs(system).find(({ flow }) => flow !== "")?.dataset ?? "";
  const period = />= (\d{4}-\d\d)-01/.exec(q)?.[1] ?? "";
  const records = Object.entries(figures?.entities ?? {}).flatMap(([entity, name]) =>
    (world.totals(dataset, entity, period)?.accounts ?? []).map(
      ({ account, count, net }) =>
        `{"attributes":{"type":"AggregateResult"},"entityKey":${JSON.stringify(name)},"accountKey":"${account}","lines":${count},"total":${net}}`,
    ),
  );
  const body = `{"totalSize":${records.length},"done":true,"records":[${records.join(",")}]}`;
  return c.body(body, 200, { "content-type": "application/json" });
}

/** Which months records are dated in: that of the run that wrote them. */
function monthsQueried(c: Context, world: World, { system }: SandboxOptions) {
  const ids = [...(c.req.query("q") ?? "").matchAll(/'(\w{15,18})'/g)].map(([, id]) => id ?? "");
  const periods = new Set(ids.flatMap((id) => runOfRecord(world, system, id)?.period ?? []));
  const records = [...periods].map((period) => {
    const [year, month] = period.split("-").map(Number);
    return { attributes: { type: "AggregateResult" }, year, month, lines: 1 };
  });
  return c.json({ totalSize: records.length, done: true, records });
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "+0000");
}
