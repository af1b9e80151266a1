import { Big } from "big.js";
import type { SimRun, World } from "../sandbox.ts";
import { jobPattern } from "../job-name.ts";
import type { Settings } from "./settings.ts";

export type JobProjection = ReturnType<typeof jobProjection>;

/** What the API was told about runs it started: their texts, and the runs they were copied from. */
interface Told {
  texts: Map<string, string>;
  origins: Map<string, string>;
}

/** The world's runs as application jobs: what can be asked about them, and what can be done. */
export function jobProjection(world: World, system: string, settings: Settings) {
  const told: Told = { texts: new Map(), origins: new Map() };
  const header = (run: SimRun) => writeHeader(world, settings, told, run);
  const logs = logWriter(world);
  return {
    /** Runs planned to start between two instants of fourteen digits, oldest first. */
    planned(from: string, to: string) {
      const since = instantOf(from);
      const until = instantOf(to) + 999;
      const within = (run: SimRun) => run.queuedAt >= since && run.queuedAt <= until;
      const found = world.runs(system, since).filter(within);
      return found.sort((one, other) => one.queuedAt - other.queuedAt).map(header);
    },
    withText(text: string) {
      const keys = [...told.texts.keys()].filter((key) => told.texts.get(key) === text);
      return keys.flatMap((key) => world.run(system, key) ?? []).map(header);
    },
    info(key: string) {
      const run = world.run(system, key);
      return run && writeInfo(run, world.phase(run).phase);
    },
    detail(key: string) {
      const run = world.run(system, key);
      return run && { ...header(run), JobStepSet: { results: [writeStep(key, logs(run))] } };
    },
    schedule(text: string, parameterValues: string) {
      const job = text.replace(/ #[0-9a-f]{8}$/, "");
      const period = /\b\d{4}-\d\d\b/.exec(parameterValues)?.[0];
      const run = world.start(system, job, { idempotencyKey: text, ...(period && { parameters: { period } }) });
      told.texts.set(run.key, text);
      return { ...named(run.key), JobStatus: "Y", ReturnCode: 0 };
    },
    restart(key: string) {
      const run = world.run(system, key);
      if (!run) return null;
      const copy = world.start(system, run.job, { parameters: { period: run.period } });
      told.origins.set(copy.key, key);
      return { ...named(copy.key), JobStatus: "Y", ReturnCode: 0 };
    },
    cancel: (key: string) => world.cancel(system, key),
  };
}

function writeHeader(world: World, settings: Settings, told: Told, run: SimRun) {
  const { phase } = world.phase(run);
  const [OrigJobName = "", OrigJobCount = ""] = told.origins.get(run.key)?.split("/") ?? [];
  return {
    ...named(run.key),
    JobText: told.texts.get(run.key) ?? run.job,
    JobTemplateName: settings.jobs.find(({ name }) => jobPattern(name).entityIn(run.job) !== null)?.template ?? "",
    JobStatus: statusOf(run, phase),
    JobPlannedStartDateTime: digits(run.queuedAt),
    JobStartDateTime: phase === "queued" ? "" : digits(run.startedAt),
    JobEndDateTime: phase === "ended" ? digits(run.endedAt) : "",
    JobStepCount: 1,
    OrigJobName,
    OrigJobCount,
    JobRestartCount: OrigJobName ? 1 : 0,
  };
}

function writeInfo(run: SimRun, phase: string) {
  const status = statusOf(run, phase);
  return {
    ...named(run.key),
    JobStatus: status,
    JobSdlDateTime: `/Date(${run.queuedAt})/`,
    JobStartDateTime: phase === "queued" ? null : `/Date(${run.startedAt})/`,
    JobEndDateTime: phase === "ended" ? `/Date(${run.endedAt})/` : null,
    JobAppRC: 0,
    StepCount: 1,
    StepStatus: status,
    StepAppRC: 0,
  };
}

interface Message {
  MsgType: "I" | "S" | "E";
  MsgText: string;
}

function writeStep(key: string, messages: Message[]) {
  const place = { ...named(key), StepNumber: 1 };
  const LogHandle = key.slice(0, 20);
  const numbered = messages.map((message, index) => ({
    ...place,
    LogHandle,
    MsgNumber: String(index + 1).padStart(6, "0"),
    MsgId: "ZFI_EXTRACT",
    MsgNo: "001",
    ...message,
  }));
  const log = { ...place, LogHandle, MsgCntAll: messages.length, JobLogMessageSet: { results: numbered } };
  return { ...place, StepAppRC: 0, JobStepLogInfoSet: { results: [log] } };
}

/** Writes job logs as the extract program does. A result is worded once and kept. */
function logWriter(world: World) {
  const results = new Map<string, string>();

  function resultOf(run: SimRun): string {
    const held = world.delivered(run);
    if (!held) return `${run.rowsWritten} items extracted`;
    const sum = (side: "debit" | "credit" | "net") =>
      held.accounts.reduce((total, account) => total.plus(account[side]), new Big(0)).toFixed(2);
    const count = held.accounts.reduce((total, account) => total + account.count, 0);
    return `${count} items, debit ${sum("debit")}, credit ${sum("credit")}, net ${sum("net")} ${held.currency}`;
  }

  return (run: SimRun): Message[] => {
    const { phase } = world.phase(run);
    if (phase === "queued") return [];
    const messages: Message[] = [];
    const extracts = run.correlationId !== null && run.snapshotAsOf !== null;
    if (extracts) {
      const snapshot = new Date(run.snapshotAsOf!).toISOString();
      const taken = `company code ${run.entity}, period ${run.period}, ledger 0L, snapshot ${snapshot}`;
      messages.push({ MsgType: "I", MsgText: `Batch ${run.correlationId}: ${taken}` });
    }
    if (phase !== "ended") return messages;
    if (run.error) return [...messages, { MsgType: "E", MsgText: run.error.message }];
    if (!extracts) return messages;
    const result = results.get(run.key) ?? resultOf(run);
    results.set(run.key, result);
    return [...messages, { MsgType: "S", MsgText: result }];
  };
}

function statusOf(run: SimRun, phase: string): string {
  if (phase === "queued") return "Y";
  if (phase !== "ended") return phase === "held" ? "Z" : "R";
  if (run.outcome === "failed") return "A";
  return run.outcome === "aborted" ? "C" : "F";
}

function named(key: string) {
  const [JobName = "", JobRunCount = ""] = key.split("/");
  return { JobName, JobRunCount };
}

function digits(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\D/g, "").slice(0, 14);
}

function instantOf(text: string): number {
  const [year, month, day, hour, minute, second] = text.match(/^(\d{4})|\d\d/g)!.map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}
