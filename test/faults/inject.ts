import { setTimeout as sleep } from "node:timers/promises";
import type { ApiFault } from "../../collectors/sandbox.ts";
import { lastOf, until, type Installation, type Seat } from "./installation.ts";
import type { Injection, KindName } from "./injections.ts";
import type { Load } from "./load.ts";
import type { Receiver } from "./receiver.ts";
import type { Vendors } from "./vendors.ts";

/** What a campaign has at hand to break. */
export interface Scene {
  installation: Installation;
  vendors: Vendors;
  receiver: Receiver;
  load: Load;
}

/** What was done, in words, and how long it took until all was well again; null where that was not seen in time. */
export interface Outcome {
  injection: Injection;
  on: string;
  recoveredAfter: number | null;
  /** What processes printed last that ended by themselves, which none should. */
  ended: string[];
}

const SLOW = 250;
const MINUTE = 60_000;
/** Generous, for machines that do much else; how long it took is told. */
const RECOVERS_WITHIN = 240_000;

const SHOWN: Partial<Record<KindName, ApiFault>> = {
  "vendor-token": { kind: "token-expired" },
  "vendor-limit": { kind: "rate-limited", retryAfterSeconds: 1 },
  "vendor-down": { kind: "unavailable", status: 503 },
  "vendor-nonsense": { kind: "nonsense", body: "<html>Maintenance tonight</html>" },
};

/** Does it, lets it stand, mends it, and waits until the installation works again. */
export async function inject(scene: Scene, injection: Injection): Promise<Outcome> {
  const { installation, vendors } = scene;
  const seat = pick(installation.seats, injection.drawn);
  const system = pick(vendors.systems, injection.drawn);
  const ended: string[] = [];
  const told = (error: Error) => void ended.push(lastOf(error.message));
  await sleep(injection.after * 1000);
  const [on, mend] = await begin(scene, injection, seat, system).catch((error: Error): Begun => {
    told(error);
    return ["nothing: it was away already", () => {}];
  });
  await sleep(injection.stands * 1000);
  const began = performance.now();
  await (async () => mend())().catch(told);
  const back = await until(async () => {
    for (const each of installation.seats) ended.push(...[await each.tend()].filter((text) => text !== null));
    return isWell(scene, injection, system);
  }, RECOVERS_WITHIN);
  return { injection, on, ended, recoveredAfter: back === null ? null : Math.round(performance.now() - began) };
}

type Begun = readonly [on: string, mend: () => unknown];

/** Refuses where what is to be harmed is away by itself. */
async function begin(scene: Scene, injection: Injection, seat: Seat, system: string): Promise<Begun> {
  const { kind } = injection;
  if (kind.startsWith("vendor-")) return harmVendor(scene, kind, system);
  if (kind.startsWith("receiver-")) {
    scene.receiver.behave(kind === "receiver-down" ? "down" : "lost");
    return ["receiver", () => scene.receiver.behave("ok")];
  }
  if (["twice", "late", "burst", "key"].includes(kind)) return harmSenders(scene, kind, seat);
  if (kind.includes("postgres") || kind.includes("clickhouse") || kind === "disk-full") return harmEngine(scene, kind);
  return harmProcess(scene, injection, seat);
}

async function harmProcess({ installation }: Scene, { kind, drawn }: Injection, seat: Seat): Promise<Begun> {
  const on = `process ${installation.seats.indexOf(seat) + 1}`;
  if (kind === "freeze") {
    const { pid } = seat.server ?? {};
    if (pid === undefined) throw new Error("The process to stand still was away.");
    process.kill(pid, "SIGSTOP");
    return [on, () => process.kill(pid, "SIGCONT")];
  }
  if (kind === "clock") {
    const minutes = Math.round((drawn - 0.5) * 30) || 7;
    seat.skew(minutes * MINUTE);
    return [`${on}, by ${minutes} minutes`, () => seat.skew(0)];
  }
  if (kind === "stop") await seat.stop();
  else await seat.kill();
  if (kind !== "kill-at-start") return [on, () => seat.start()];
  const cut = new AbortController();
  const starting = seat.start(cut.signal).catch(() => {});
  return [
    on,
    async () => {
      if (seat.server) await seat.kill();
      else cut.abort();
      await starting;
      await seat.start();
    },
  ];
}

function harmVendor({ vendors }: Scene, kind: KindName, system: string): Begun {
  const proxy = vendors.proxies.get(system)!;
  if (kind === "vendor-cut") proxy.cut();
  else if (kind === "vendor-slow") proxy.slow(SLOW);
  else vendors.show(system, SHOWN[kind]!);
  return [
    system,
    () => {
      proxy.heal();
      vendors.show(system, null);
    },
  ];
}

async function harmSenders({ load }: Scene, kind: KindName, seat: Seat): Promise<Begun> {
  const key = kind === "key" ? await revokedKey(seat) : null;
  load.behave({ times: kind === "burst" ? 10 : 1, twice: kind === "twice", late: kind === "late", key });
  return ["senders", () => load.behave({})];
}

/** A key that was good a moment ago. */
async function revokedKey({ url, key }: Seat): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const body = JSON.stringify({ name: "payroll", scopes: ["ingest:write"] });
  const answer = await fetch(`${url}/api/v1/keys`, { method: "POST", headers, body });
  const made = (await answer.json()) as { key: string; row: { id: string } };
  await fetch(`${url}/api/v1/keys/${made.row.id}`, { method: "DELETE", headers });
  return made.key;
}

function harmEngine({ installation: { postgres, clickhouse, disk } }: Scene, kind: KindName): Begun {
  if (kind === "disk-full") {
    disk!.fill();
    return ["data folder", () => disk!.free()];
  }
  const proxy = kind.startsWith("postgres") ? postgres! : clickhouse!;
  if (kind.endsWith("cut")) proxy.cut();
  else proxy.slow(SLOW);
  return [kind.startsWith("postgres") ? "PostgreSQL" : "ClickHouse", () => proxy.heal()];
}

/** Every process is ready and acknowledges, and a system that was harmed is read again. */
async function isWell({ installation, load }: Scene, { kind }: Injection, system: string): Promise<boolean> {
  for (const { url, key } of installation.seats) {
    const signal = AbortSignal.timeout(5_000);
    if (!(await fetch(`${url}/readyz`, { signal })).ok || !(await load.probe(url))) return false;
    if (!kind.startsWith("vendor-")) continue;
    const unread = await notRead({ url, key });
    if (unread.some((row) => row.system === system)) return false;
  }
  return true;
}

interface Unread {
  system: string;
  state: string;
  reason: string | null;
}

/** Systems that are not read as they should be, as a process tells it. */
export async function notRead({ url, key }: Pick<Seat, "url" | "key">): Promise<Unread[]> {
  const answer = await fetch(`${url}/api/v1/collectors`, { headers: { authorization: `Bearer ${key}` } });
  const { collectors } = (await answer.json()) as { collectors: Unread[] };
  return collectors.filter(({ state }) => state !== "ok");
}

function pick<T>(list: readonly T[], drawn: number): T {
  return list[Math.min(list.length - 1, Math.floor(drawn * list.length))]!;
}
