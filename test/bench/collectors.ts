import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { collectors as kinds } from "../../collectors/index.ts";
import type { System } from "../../schemas/estate/system.ts";
import { createCollecting } from "../../server/collect/collect.ts";
import { openSources } from "../../server/collect/open-sources.ts";
import { createMetrics } from "../../server/metrics.ts";
import { atMost, defineBench, quantile } from "./bench.ts";

const SYSTEMS = 200;
const JOBS_EACH = 25;
const POLL_SECONDS = 10;
/** The first polls read history; then what is new is looked at for so long. */
const SETTLE = 20;
const LOOK = 40;

export const collectors = defineBench({
  name: "collectors",
  title: `age of an event when it is accepted, p99: ${SYSTEMS} collectors with ${SYSTEMS * JOBS_EACH} jobs in one process, polled every ${POLL_SECONDS} s`,
  unit: "s",
  goal: atMost(POLL_SECONDS * 1.5),
  reference: "one such collector alone",
  also: {
    cpu: {
      title: "share of one core they take",
      unit: "cores",
      goal: atMost(1),
      reference: "one such collector alone",
    },
    memory: {
      title: "resident memory of the process",
      unit: "MB",
      goal: atMost(600),
      reference: "with one such collector alone",
    },
  },
  async run({ say }) {
    say(`one collector for ${SETTLE + LOOK} s`);
    const alone = await collect(1);
    say(`${SYSTEMS} collectors for ${SETTLE + LOOK} s`);
    const all = await collect(SYSTEMS);
    return {
      ...{ value: all.lag, reference: alone.lag },
      also: {
        cpu: { value: all.cores, reference: alone.cores },
        memory: { value: all.megabytes, reference: alone.megabytes },
      },
    };
  },
});

async function collect(count: number) {
  const vendor = await startVendor();
  const clock = { now: () => new Date() };
  const log = pino({ level: "silent" });
  const metrics = createMetrics();
  const sources = openSources({
    ...{ systems: systemsOf(count), collectors: kinds, environment: {}, clock, log, metrics },
    connections: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `s${index}`,
        { url: `http://127.0.0.1:${vendor.port}/${index}`, user: "bench", password: "bench-password" },
      ]),
    ),
  });
  const ages: number[] = [];
  const since = Date.now() + SETTLE * 1000;
  const cursors = new Map<string, unknown>();
  const collecting = createCollecting(sources, {
    ...{ clock, log, metrics, acceptTexts: async () => {}, changed: () => {} },
    async accept(events) {
      for (const { eventTime } of events)
        if (Date.parse(eventTime) >= since) ages.push((Date.now() - Date.parse(eventTime)) / 1000);
    },
    cursors: {
      load: async (system) => cursors.get(system) ?? null,
      save: async (system, cursor) => void cursors.set(system, cursor),
    },
  });
  collecting.start();
  await sleep(SETTLE * 1000);
  const busy = process.cpuUsage();
  await sleep(LOOK * 1000);
  const { user, system } = process.cpuUsage(busy);
  const failing = Object.values(collecting.rows()).filter(({ state }) => state !== "ok");
  await collecting.stop();
  vendor.stop();
  if (failing.length > 0) throw new Error(`${failing.length} collectors are not ok: ${failing[0]?.reason}`);
  return {
    lag: quantile(ages, 0.99),
    cores: (user + system) / 1e6 / LOOK,
    megabytes: process.memoryUsage.rss() / 1e6,
  };
}

function systemsOf(count: number): System[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ id: `s${index}`, title: `System ${index}`, kind: "middleware" as const, collector: "airflow" },
    ...{ namespace: `airflow://s${index}`, connection: {}, pollSeconds: POLL_SECONDS },
    settings: { jobs: [{ name: "job_{entity}", dataset: "figures" }], retentionDays: 1 },
  }));
}

async function startVendor() {
  const file = resolve(import.meta.dirname, "busy-vendor.ts");
  const child = spawn(process.execPath, [file, String(JOBS_EACH)], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const port = await new Promise<number>((done, fail) => {
    child.stdout?.once("data", (line: Buffer) => done(Number(line.toString())));
    child.once("exit", (code) => fail(new Error(`The vendor ended with ${code} before it listened.`)));
  });
  return { port, stop: () => child.disconnect() };
}
