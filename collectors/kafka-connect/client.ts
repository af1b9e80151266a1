import type * as z from "zod";
import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import type { Settings } from "./settings.ts";
import { Batch, Connectors, Offsets, type ConnectorStatus } from "./vendor.ts";

export type Client = ReturnType<typeof createClient>;

/** What is asked of a worker of the cluster; any of them answers for all. */
export function createClient({ settings, connection }: SystemOf<Settings>, tools: Tools) {
  const { url = "", user = "", password = "" } = connection;
  const signed = basic(user, password);
  const http = createHttp({
    ...{ baseUrl: url, tools, budget: createBudget({ perSecond: settings.requestsPerSecond }, tools) },
    // Apache's own workers ask for nobody unless told to.
    ...(user && { authorize: signed, secrets: signed.secrets }),
  });
  const path = (connector: string) => `/connectors/${encodeURIComponent(connector)}`;

  /** While a cluster rebalances it answers 409 for a moment. */
  async function asked<S extends z.ZodType>(
    place: string,
    shape: S,
    query?: Record<string, string>,
  ): Promise<z.output<S>> {
    const answer = await http.send("GET", place, { also: [409], query });
    if (answer.status === 409)
      throw new VendorError("unreachable", "The Connect cluster rebalances and answers nothing now.");
    return http.read(answer, shape, `GET ${place}`);
  }

  return {
    vendorNow: http.vendorNow,
    /** Every connector with its tasks: all there is to see, and only as it is now. */
    async connectors(): Promise<Map<string, ConnectorStatus>> {
      const found = await asked("/connectors", Connectors, { expand: "status" });
      return new Map(Object.entries(found).map(([name, { status }]) => [name, status]));
    },
    /** The batches a source connector keeps offsets of; offsets of another kind are left out. */
    async batches(connector: string): Promise<Batch[]> {
      const { offsets } = await asked(`${path(connector)}/offsets`, Offsets);
      return offsets.flatMap((each) => Batch.safeParse(each).data ?? []);
    },
    /** Restarts a connector and its tasks, or those of them that failed. */
    restart: (connector: string, onlyFailed: boolean) =>
      http.send("POST", `${path(connector)}/restart`, { query: { includeTasks: true, onlyFailed } }),
    stop: (connector: string) => http.send("PUT", `${path(connector)}/stop`),
  };
}
