import type { ServerProcess } from "../server-process.ts";

/** Lets the demo's clock run, at so many simulated seconds a second. */
export async function runClock(server: ServerProcess, speed: number): Promise<void> {
  await order(server, { speed });
  await order(server, { paused: false });
}

export async function stopClock(server: ServerProcess): Promise<void> {
  await order(server, { paused: true });
}

async function order(server: ServerProcess, body: { speed: number } | { paused: boolean }): Promise<void> {
  const answer = await server.ask("/api/v1/clock", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The clock answered ${answer.status}: ${await answer.text()}`);
}
