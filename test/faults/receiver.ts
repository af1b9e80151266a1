import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Where alerts arrive: an address that takes signed webhooks and counts them by their id. */
export interface Receiver {
  url: string;
  /** How often each message arrived, by the id it goes by. */
  told: ReadonlyMap<string, number>;
  /** ok; down: answers 503; lost: takes the message, and its answer never arrives. */
  behave(how: "ok" | "down" | "lost"): void;
  close(): void;
}

export async function openReceiver(): Promise<Receiver> {
  const told = new Map<string, number>();
  let behaviour: "ok" | "down" | "lost" = "ok";
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (behaviour === "down") return response.writeHead(503).end();
      const id = String(request.headers["webhook-id"]);
      told.set(id, (told.get(id) ?? 0) + 1);
      if (behaviour === "lost") return request.socket.destroy();
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    told,
    behave: (how) => void (behaviour = how),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
