import { serve } from "@hono/node-server";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sandbox, World } from "../collectors/sandbox.ts";
import type { System } from "../schemas/estate/system.ts";

export interface ServedSystem {
  id: string;
  baseUrl: string;
  /** Connection key → value, as the system's collector asks for them. */
  connection: Record<string, string>;
  /** Answers as the port does, without a socket between. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Serves a vendor's sandbox on a free port of the loopback. */
export async function serveSystem(
  sandbox: Sandbox,
  world: World,
  system: Pick<System, "id" | "settings">,
): Promise<ServedSystem> {
  // A sandbox hands out links to itself, so it is made once its address is known.
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = serve({ fetch: (request) => answer(request), port: 0, hostname: "127.0.0.1" }) as Server;
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const addresses = Object.fromEntries(sandbox.addresses.map((key) => [key, baseUrl]));
  const connection = { ...sandbox.secrets, ...addresses };
  const options = { system: system.id, settings: system.settings, connection, baseUrl };
  const app = sandbox.app(world, options);
  answer = async (request) => dated(await app.fetch(request), world);
  const beside = await sandbox.beside?.(world, options, app);
  return {
    ...{ id: system.id, baseUrl, connection: { ...connection, ...beside?.connection } },
    fetch: async (request) => answer(request),
    async close() {
      await beside?.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A vendor's answers carry its own clock. */
function dated(response: Response, world: World): Response {
  const headers = new Headers(response.headers);
  if (!headers.has("date")) headers.set("date", new Date(world.now()).toUTCString());
  return new Response(response.body, { status: response.status, headers });
}
