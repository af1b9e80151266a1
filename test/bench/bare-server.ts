import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";

/**
 * The reference for the doors: reads a body, answers 201, tells every connected client the run's id, and does nothing
 * else. Run as a process of its own; prints its port.
 */
const http = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    response.writeHead(201).end();
    const runId = /"runId":"([^"]+)"/.exec(Buffer.concat(parts).toString())?.[1];
    io.emit("change", runId);
  });
});
const io = new Server(http, { serveClient: false });
http.listen(0, "127.0.0.1", () => process.stdout.write(`${(http.address() as AddressInfo).port}\n`));
process.on("SIGTERM", () => process.exit(0));
