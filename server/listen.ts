import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { OptionError } from "./options.ts";

export interface Door {
  http: Server;
  /** The address to open, without a slash at the end. */
  url: string;
  /** From here on requests reach the app; before, they are asked to come back. */
  open(app: Hono): void;
  close(): Promise<void>;
}

const STARTING = JSON.stringify({
  type: "urn:tieout:fault:overloaded",
  title: "Not available right now",
  status: 503,
  detail: "Tieout is starting. Try again in a few seconds.",
  code: "overloaded",
});

/** Takes the port before anything else is opened, so that a busy one is told at once. */
export async function listen(host: string, port: number): Promise<Door> {
  let handle: ReturnType<typeof getRequestListener> | null = null;
  const http = createServer((request, response) => {
    if (handle) return void handle(request, response);
    const live = request.url === "/healthz";
    response.writeHead(live ? 200 : 503, {
      "Content-Type": live ? "application/json" : "application/problem+json",
      ...(live ? {} : { "Retry-After": "2" }),
    });
    response.end(live ? '{"status":"ok"}' : STARTING);
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => reject(explained(error, host, port)));
    http.listen(port, host, resolve);
  });
  const taken = (http.address() as AddressInfo).port;
  return {
    http,
    url: `http://${host.includes(":") ? `[${host}]` : host === "0.0.0.0" ? "127.0.0.1" : host}:${taken}`,
    open: (app) => {
      handle = getRequestListener(app.fetch);
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeIdleConnections();
        setTimeout(() => http.closeAllConnections(), 2_000).unref();
      }),
  };
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const mend = "Choose another with --port (0 picks a free one).";
  if (error.code === "EADDRINUSE") return new OptionError(`Port ${port} on ${host} is busy. ${mend}`);
  if (error.code === "EACCES") return new OptionError(`Port ${port} needs rights this user has not. ${mend}`);
  if (error.code === "EADDRNOTAVAIL")
    return new OptionError(`This machine has no address ${host}. Choose one with --host.`);
  return error;
}
