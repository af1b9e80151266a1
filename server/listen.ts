import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { OptionError } from "./options.ts";

export interface Door {
  http: Server;
  /** The address to open, without a slash at the end. */
  url: string;
  /** From here on requests reach the app; before, they are asked to come back. */
  open(app: Hono): void;
  /** Answers what was asked already, and nothing that is asked from now on. Called again it does nothing more. */
  close(): Promise<void>;
}

/** A request that takes longer than this to answer does not hold a stop up, in milliseconds. */
const CLOSE_WITHIN = 3_000;

/** Takes the port before anything else is opened, so that a busy one is told at once. */
export async function listen(host: string, port: number): Promise<Door> {
  let handle: ReturnType<typeof getRequestListener> | null = null;
  let closing: Promise<void> | null = null;
  const http = createServer((request, response) => {
    if (closing) return answerMeanwhile(request, response, "stopping");
    if (!handle) return answerMeanwhile(request, response, "starting");
    // A connection kept alive must not be waited for once its answer is out.
    response.once("close", () => closing && setImmediate(() => http.closeIdleConnections()));
    void handle(request, response);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      http.close(() => resolve());
      setTimeout(() => http.closeAllConnections(), CLOSE_WITHIN).unref();
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
    close: () => (closing ??= close()),
  };
}

/** The process lives, but cannot do its work yet, or any more. */
function answerMeanwhile(request: IncomingMessage, response: ServerResponse, doing: "starting" | "stopping"): void {
  response.setHeader("Connection", "close");
  if (request.url === "/healthz") {
    response.setHeader("Content-Type", "application/json").end('{"status":"ok"}');
    return;
  }
  response.writeHead(503, { "Content-Type": "application/problem+json", "Retry-After": "2" });
  response.end(
    JSON.stringify({
      type: "urn:tieout:fault:overloaded",
      title: "Not available right now",
      status: 503,
      detail: `Tieout is ${doing}. Try again in a few seconds.`,
      code: "overloaded",
    }),
  );
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const mend = "Choose another with --port (0 picks a free one).";
  if (error.code === "EADDRINUSE") return new OptionError(`Port ${port} on ${host} is busy. ${mend}`);
  if (error.code === "EACCES") return new OptionError(`Port ${port} needs rights this user has not. ${mend}`);
  if (error.code === "EADDRNOTAVAIL")
    return new OptionError(`This machine has no address ${host}. Choose one with --host.`);
  return error;
}
