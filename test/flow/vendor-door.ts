import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { VendorError, type TriggerInput, type Triggered } from "../../collectors/collector.ts";
import type { Run } from "../../schemas/run.ts";
import type { LedgerVendor } from "../request-scene.ts";

/** Puts a vendor behind HTTP, for processes beside this one. */
export async function openVendorDoor(vendor: LedgerVendor): Promise<{ url: string; close(): void }> {
  const door = createServer(async (request, response) => {
    const body = JSON.parse((await text(request)) || "{}") as TriggerInput & { since: string };
    try {
      const told = () => vendor.runs().filter(({ lastEventAt }) => lastEventAt >= body.since);
      const answer = request.url === "/runs" ? { runs: told() } : await vendor.trigger(body);
      response.end(JSON.stringify(answer));
    } catch (error) {
      const { code, message } = error as VendorError;
      response.writeHead(503).end(JSON.stringify({ code, message }));
    }
  });
  await new Promise<void>((listening) => door.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    close() {
      door.closeAllConnections();
      door.close();
    },
  };
}

/** The vendor behind a door, as a process beside it drives it. */
export function vendorBehind(url: string) {
  const ask = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await fetch(`${url}/${path}`, { method: "POST", body: JSON.stringify(body) }).catch(() => null);
    const answer = (await response?.json().catch(() => null)) as
      | (T & { code?: VendorError["code"]; message?: string })
      | null;
    if (!response || !answer) throw new VendorError("unreachable", "no connection");
    if (!response.ok) throw new VendorError(answer.code ?? "unreachable", answer.message ?? "");
    return answer;
  };
  return {
    trigger: (input: TriggerInput) => ask<Triggered>("trigger", input),
    cancel: async () => {},
    /** Runs that changed at an instant or after it. */
    runs: async (since: string) => (await ask<{ runs: Run[] }>("runs", { since })).runs,
  };
}

/** When the last of them changed; `before` where there are none. */
export function lastOf(runs: readonly Run[], before: string): string {
  return runs.reduce((last, { lastEventAt }) => (lastEventAt > last ? lastEventAt : last), before);
}
