import { createBudget } from "../budget.ts";
import type { Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { csrfDoor } from "../odata.ts";
import { JOBS, drivingJobs, readingJobs } from "./job-client.ts";
import { readingLedger } from "./ledger-client.ts";
import type { Settings } from "./settings.ts";

export type Client = ReturnType<typeof createClient>;

/** The system's APIs as far as they are used. `connection`: url, user, password of a communication user. */
export function createClient(settings: Settings, connection: Record<string, string>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  const http = createHttp({
    baseUrl: url,
    tools,
    budget: createBudget({ perSecond: settings.requestsPerSecond }, tools),
    authorize: { headers: () => ({ authorization: `Basic ${basic}` }) },
    secrets: [password, basic],
  });
  return {
    ...readingJobs(http, settings.pageSize),
    ...drivingJobs(http, csrfDoor(http, `${JOBS}/`)),
    ...readingLedger(http),
  };
}
