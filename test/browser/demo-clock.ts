import { setTimeout as sleep } from "node:timers/promises";
import type { ClockRow } from "../../schemas/wire/live.ts";
import type { ServerProcess } from "../server-process.ts";

/** Lets the demo's clock run, at so many simulated seconds a second. */
export async function runClock(server: ServerProcess, speed: number): Promise<void> {
  await order(server, { speed });
  await order(server, { paused: false });
}

export async function stopClock(server: ServerProcess): Promise<void> {
  await order(server, { paused: true });
}

/** Lets the demo's clock run to an instant, at so many simulated seconds a second, and stop there. */
export async function runClockUntil(server: ServerProcess, instant: Date, speed: number): Promise<void> {
  await order(server, { speed });
  await order(server, { until: instant.toISOString() });
  while ((await clockOf(server)).speed > 0) await sleep(500);
}

export async function clockOf(server: ServerProcess): Promise<ClockRow> {
  return (await (await server.ask("/api/v1/clock")).json()) as ClockRow;
}

type Order = { speed: number } | { paused: boolean } | { until: string };

async function order(server: ServerProcess, body: Order): Promise<void> {
  const answer = await server.ask("/api/v1/clock", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The clock answered ${answer.status}: ${await answer.text()}`);
}
