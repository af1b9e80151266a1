import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { random } from "../bench/random.ts";
import { startAsking } from "./asking.ts";
import { writeCampaignEstate } from "./campaign-estate.ts";
import type { Examined, Place } from "./examine-stores.ts";
import { inject, notRead, type Outcome, type Scene } from "./inject.ts";
import type { Form, Injection } from "./injections.ts";
import { openInstallation, until, type Installation } from "./installation.ts";
import { invariantsOf, type Invariant } from "./invariants.ts";
import { startLoad } from "./load.ts";
import { openReceiver } from "./receiver.ts";
import { openVendors, type Vendors } from "./vendors.ts";
import { openWatcher } from "./watcher.ts";

const EXAMINER = fileURLToPath(new URL("examine-stores.ts", import.meta.url));
const TOPICS = ["close/2026-10", "flows/2026-10", "requests", "incidents", "quarantine", "breaks"];
const MINUTE = 60_000;
/** The systems' time that passes between two injections, in minutes at most, and at a time in the end. */
const BETWEEN = 6;
const AT_ONCE = 20;
const SETTLES_WITHIN = 300_000;

/** What came of a campaign against one form of installation. */
export interface Campaign {
  form: Form;
  outcomes: Outcome[];
  invariants: Invariant[];
  /** Answers senders got, by status; 0 where none came. */
  answers: Record<string, number>;
  consoleConnections: number;
  seconds: number;
}

export interface CampaignOptions {
  seed: number;
  form: Form;
  injections: readonly Injection[];
  /** A point of `performance.now()` after which nothing more is injected. */
  deadline: number;
  tell(line: string): void;
}

/** Puts an installation up, breaks it again and again under load, and says what held. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const began = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "tieout-faults-"));
  const closing: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  try {
    const told = await broken(options, directory, (close) => void closing.push(close));
    return { form: options.form, ...told, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function broken(
  { seed, form, injections, deadline, tell }: CampaignOptions,
  directory: string,
  onEnd: (close: () => unknown) => void,
): Promise<Omit<Campaign, "form" | "seconds">> {
  const receiver = await openReceiver();
  onEnd(() => receiver.close());
  const estate = join(directory, "estate");
  const receiving = writeCampaignEstate(estate, receiver.url);
  const vendors = await openVendors(join(directory, "vendors"), estate);
  onEnd(() => vendors.stop());
  mkdirSync(join(directory, "installation"));
  const env = { ...vendors.env, ...receiving };
  const installation = await openInstallation({ form, directory: join(directory, "installation"), estate, env, onEnd });
  installation.setClock(vendors.now());
  await Promise.all(installation.seats.map((seat) => seat.start()));
  await until(async () => (await notRead(installation.seats[0]!)).length === 0, SETTLES_WITHIN);
  const next = random(seed);
  const { key } = installation.seats[0]!;
  const urls = () => installation.seats.map(({ url }) => url);
  const load = startLoad({ urls, key, next, now: vendors.now });
  const asking = startAsking({ urls, key, next });
  const watcher = openWatcher(installation.seats[0]!, TOPICS);
  onEnd(() => watcher.close());
  tell(`${form}: ${installation.seats.length === 1 ? "one process" : "two processes"}, ready`);

  const scene: Scene = { installation, vendors, receiver, load };
  const outcomes: Outcome[] = [];
  for (const injection of injections) {
    if (performance.now() > deadline) break;
    const outcome = await inject(scene, injection);
    outcomes.push(outcome);
    tell(lineOf(outcome));
    for (const last of outcome.ended) tell(`      a process ended by itself; its last words:\n${last}`);
    forward(scene, Math.ceil(next() * BETWEEN));
  }
  await asking.end();
  const unsent = await load.drain(SETTLES_WITHIN);
  const away = [...(unsent > 0 ? [`${unsent} events could not be sent`] : []), ...(await settle(scene))];
  const behind = await lagging(watcher);
  for (const [at, { stop }] of installation.seats.entries()) {
    const code = await stop();
    if (code !== 0) away.push(`process ${at + 1} ended with ${code} when it was asked to stop`);
  }
  const left = await examine({ data: installation.seats[0]!.data, ...installation.engines });
  const { begun, acknowledged, answers } = load;
  const seen = {
    begun,
    acknowledged,
    asked: asking.asked,
    started: vendors.started,
    told: receiver.told,
    behind,
    away,
  };
  const late = outcomes.filter(({ recoveredAfter }) => recoveredAfter === null);
  away.push(
    ...outcomes.flatMap(({ injection, ended }) =>
      ended.map((last) => `a process ended by itself at ${injection.number} (${injection.kind}): ${last}`),
    ),
  );
  away.push(...late.map(({ injection }) => `${injection.number} (${injection.kind}) was not over in time`));
  return {
    outcomes,
    invariants: invariantsOf(seen, left),
    answers: Object.fromEntries([...answers].toSorted(([a], [b]) => a - b)),
    consoleConnections: watcher.connections(),
  };
}

function lineOf({ injection: { number, kind, stands }, on, recoveredAfter }: Outcome): string {
  const back = recoveredAfter === null ? "not well in time" : `well after ${(recoveredAfter / 1000).toFixed(1)} s`;
  return `${String(number).padStart(4)}  ${kind.padEnd(16)} ${`${on}, ${stands.toFixed(1)} s`.padEnd(40)} ${back}`;
}

function forward({ vendors, installation }: { vendors: Vendors; installation: Installation }, minutes: number): void {
  vendors.forward(minutes * MINUTE);
  installation.setClock(vendors.now());
}

/** Lets the systems' time pass until nothing asked for is under way; answers what does not come to its end. */
async function settle(scene: Scene): Promise<string[]> {
  const { installation, vendors } = scene;
  const seat = installation.seats[0]!;
  const ask = async <T>(path: string) => {
    const answer = await fetch(`${seat.url}${path}`, { headers: { authorization: `Bearer ${seat.key}` } });
    return (await answer.json()) as T;
  };
  const open = async () => {
    const lists = ["requested", "dispatched", "running"].map((state) =>
      ask<{ requests: { id: string; state: string }[] }>(`/api/v1/requests?limit=200&state=${state}`),
    );
    return (await Promise.all(lists)).flatMap(({ requests }) => requests);
  };
  const settled = await until(async () => {
    if ((await open()).length + (await notRead(seat)).length === 0) return true;
    forward({ vendors, installation }, AT_ONCE);
    await sleep(1_500);
    return false;
  }, SETTLES_WITHIN);
  if (settled !== null) return [];
  return [
    ...(await open()).map(({ id, state }) => `request ${id} is still ${state}`),
    ...(await notRead(seat)).map(({ system, state, reason }) => `${system} is ${state}: ${reason}`),
  ];
}

/** Topics a console has not caught up with, once everything has had time to come to rest. */
async function lagging(watcher: { behind(): Promise<string[]> }): Promise<string[]> {
  let behind: string[] = [];
  await until(async () => (behind = await watcher.behind()).length === 0, 30_000);
  return behind;
}

async function examine(place: Place): Promise<Examined> {
  const child = spawn(process.execPath, [EXAMINER, JSON.stringify(place)], { stdio: ["ignore", "pipe", "inherit"] });
  const told = await text(child.stdout);
  return JSON.parse(told) as Examined;
}
