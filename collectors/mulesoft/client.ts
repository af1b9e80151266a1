import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { clientCredentials } from "../oauth.ts";
import { nextOffset, pages } from "../pages.ts";
import type { Settings } from "./settings.ts";
import { Deployment, Deployments, LogPage, QueueHistory } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** Where an app's logs are found; looked up anew now and then, because each deployment has a version of its own. */
interface Place {
  deployment: string;
  version: string;
  until: number;
}
const LOOKED_UP_FOR = 15 * 60_000;

/** What is asked of Anypoint Platform as a connected app. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", clientId = "", clientSecret = "" } = connection;
  const door = {
    tools,
    budget: createBudget({ perSecond: settings.requestsPerSecond, burst: 25 }, tools),
    secrets: [clientSecret],
  };
  const authorize = clientCredentials({
    http: createHttp({ ...door, baseUrl: url }),
    path: "/accounts/api/v2/oauth2/token",
    style: "form",
    ...{ clientId, clientSecret, clock: tools.clock },
  });
  const { organizationId, environmentId } = settings;
  const headers = { "x-anypnt-org-id": organizationId, "x-anypnt-env-id": environmentId };
  const http = createHttp({ ...door, baseUrl: url, authorize, headers });
  const place = `/organizations/${organizationId}/environments/${environmentId}`;
  const manager = `/amc/application-manager/api/v2${place}`;
  const places = new Map<string, Place>();

  const deployments = async () => (await http.get(`${manager}/deployments`, Deployments)).items;
  async function placeOf(app: string): Promise<Place> {
    const known = places.get(app);
    const now = tools.clock.now().getTime();
    if (known && known.until > now) return known;
    const found = (await deployments()).find(({ name }) => name === app);
    if (!found) throw new VendorError("not-found", `No app is deployed as "${app}" in the environment.`);
    const { desiredVersion, lastSuccessfulVersion } = await http.get(`${manager}/deployments/${found.id}`, Deployment);
    const version = desiredVersion ?? lastSuccessfulVersion ?? "";
    const looked = { deployment: found.id, version, until: now + LOOKED_UP_FOR };
    places.set(app, looked);
    return looked;
  }

  return {
    vendorNow: http.vendorNow,
    deployments,
    /** An app's log between two instants, page by page. */
    async *logs(app: string, from: string, to: string) {
      const { deployment, version } = await placeOf(app);
      const length = settings.pageSize;
      yield* pages({
        ask: (offset) =>
          http.get(`${manager}/deployments/${deployment}/specs/${version}/logs`, LogPage, {
            query: { offset: offset ?? 0, length, startTime: Date.parse(from), endTime: Date.parse(to) },
          }),
        rows: (lines) => lines,
        next: (lines, read) => nextOffset({ rows: lines.length, size: length, read }),
      });
    },
    /** What a queue held and took in, sampled between two instants. */
    queue: ({ region, queue }: { region: string; queue: string }, from: string, to: string) =>
      http.get(`/mq/stats/api/v1${place}/regions/${region}/queues/${encodeURIComponent(queue)}`, QueueHistory, {
        query: { startDate: new Date(from).toUTCString(), endDate: new Date(to).toUTCString(), period: 600 },
      }),
    /** Runs a flow's scheduler at once; never repeated. */
    async runScheduler(app: string, flow: string): Promise<void> {
      const { deployment } = await placeOf(app);
      const path = settings.schedulerPath
        .replace("{deployment}", deployment)
        .replace("{flow}", encodeURIComponent(flow));
      await http.send("POST", `${manager}${path}`);
    },
  };
}
