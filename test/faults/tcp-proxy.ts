import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Stands before an address on loopback and passes bytes on, until it is told to do worse. */
export interface TcpProxy {
  /** The address given, with this proxy's host and port. */
  url: string;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** Holds every piece of either direction back for so many milliseconds. */
  slow(milliseconds: number): void;
  heal(): void;
  close(): Promise<void>;
}

export async function openTcpProxy(address: string): Promise<TcpProxy> {
  const behind = new URL(address);
  const open = new Set<Socket>();
  let refusing = false;
  let delay = 0;
  const server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy();
    const upstream = connect(Number(behind.port), behind.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.setNoDelay(true);
      from.on("data", (piece) => void pass(() => to.write(piece)));
      from.on("end", () => void pass(() => to.end()));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        if (from.errored) to.destroy();
      });
    }
  });
  // Pieces held back equally long keep their order.
  const pass = async (act: () => unknown) => {
    if (delay > 0) await sleep(delay);
    act();
  };
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = new URL(address);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endAll = () => open.forEach((socket) => socket.resetAndDestroy());
  return {
    url: address.endsWith("/") || url.pathname !== "/" ? url.href : url.origin,
    cut() {
      refusing = true;
      endAll();
    },
    slow: (milliseconds) => void (delay = milliseconds),
    heal() {
      refusing = false;
      delay = 0;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      endAll();
      await closed;
    },
  };
}
