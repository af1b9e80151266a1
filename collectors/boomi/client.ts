import type * as z from "zod";
import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { allRows, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import {
  AsyncRecord,
  DocumentPage,
  ExecutionPage,
  Requested,
  type DocumentRecord,
  type ExecutionRecord,
} from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

interface Page<Row> {
  result: Row[];
  queryToken?: string | null | undefined;
}

type Expression =
  | { property: string; operator: string; argument: string[] }
  | { operator: "and" | "or"; nestedExpression: Expression[] };

const is = (property: string, ...argument: string[]): Expression => ({ property, operator: "EQUALS", argument });
const within = (property: string, from: string, to: string): Expression => ({
  property,
  operator: "BETWEEN",
  argument: [from, to].map(withoutMilliseconds),
});
const since = (property: string, instant: string): Expression => ({
  property,
  operator: "GREATER_THAN_OR_EQUAL",
  argument: [withoutMilliseconds(instant)],
});

/** What is asked of the platform. A query only asks, so it may be repeated; what acts never is. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { apiUrl = "", user = "", token = "" } = connection;
  const authorize = basic(user, token);
  const http = createHttp({
    baseUrl: `${apiUrl.replace(/\/+$/, "")}/${encodeURIComponent(settings.accountId)}`,
    budget: createBudget({ perSecond: settings.requestsPerSecond }, tools),
    secrets: authorize.secrets,
    tools,
    authorize,
  });
  /** The pages of a query; the body of each later request is the token itself. */
  const found = <Row>(object: string, shape: z.ZodType<Page<Row>>, expression: Expression) =>
    pages<Page<Row>, Row>({
      ask: (mark) =>
        mark === null
          ? http.post(`/${object}/query`, shape, { idempotent: true, json: { QueryFilter: { expression } } })
          : http.post(`/${object}/queryMore`, shape, {
              ...{ idempotent: true, text: String(mark), headers: { "content-type": "text/plain" } },
            }),
      rows: ({ result }) => result,
      next: ({ queryToken }) => queryToken,
    });
  const records = (expression: Expression) => found<ExecutionRecord>("ExecutionRecord", ExecutionPage, expression);

  return {
    vendorNow: http.vendorNow,
    /** Executions that began or were recorded between two instants; a runtime may report one long after it ran. */
    changed: (from: string, to: string) =>
      records({
        operator: "or",
        nestedExpression: [within("executionTime", from, to), within("recordedDate", from, to)],
      }),
    /** Executions of a process since an instant, the newest first. */
    async ofProcess(name: string, from: string): Promise<ExecutionRecord[]> {
      const nestedExpression = [is("processName", name), since("executionTime", from)];
      const executions = await allRows(records({ operator: "and", nestedExpression }));
      return executions.sort((one, other) => (one.executionTime < other.executionTime ? 1 : -1));
    },
    /** One execution, or null when the platform keeps it no longer. */
    record: async (executionId: string): Promise<ExecutionRecord | null> =>
      (await allRows(records(is("executionId", executionId))))[0] ?? null,
    /** The first documents of an execution; of those refused, all. */
    async documents(executionId: string, status?: "ERROR"): Promise<DocumentRecord[]> {
      const nestedExpression = [is("executionId", executionId), ...(status ? [is("status", status)] : [])];
      const list = found<DocumentRecord>("GenericConnectorRecord", DocumentPage, { operator: "and", nestedExpression });
      if (status) return allRows(list);
      const { value } = await list.next();
      return [...(value ?? [])];
    },
    execute: async (process: { processId: string; atomId: string }, properties: Record<string, string>) => {
      const DynamicProcessProperty = Object.entries(properties).map(([name, value]) => ({ name, value }));
      const json = { "@type": "ExecutionRequest", ...process, DynamicProcessProperties: { DynamicProcessProperty } };
      return (await http.post("/ExecutionRequest", Requested, { json })).requestId;
    },
    /** Runs the documents of an execution again: all of them, or those that failed. */
    rerun: async (originalExecutionId: string, documentStatus: "ANY" | "ERROR") => {
      const json = { originalExecutionId, AllDocuments: { documentStatus } };
      return (await http.post("/RerunDocument", Requested, { json })).requestId;
    },
    /** The execution a request brought about, or null while there is none. */
    async requested(requestId: string): Promise<ExecutionRecord | null> {
      const answer = await http.send("GET", `/ExecutionRecord/async/${requestId}`);
      return answer.status === 202 ? null : (http.read(answer, AsyncRecord, "GET /ExecutionRecord/async") ?? null);
    },
    cancel: (executionId: string) => http.send("POST", `/cancelExecution/${executionId}`),
  };
}

function withoutMilliseconds(instant: string): string {
  return instant.replace(/\.\d+Z$/, "Z");
}
