import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

export interface BareServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts `bare-server.ts` in a process of its own, as the real server has one. */
export async function startBare(): Promise<BareServer> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, "bare-server.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return {
    url: `http://127.0.0.1:${port.toString().trim()}`,
    async stop() {
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
}
