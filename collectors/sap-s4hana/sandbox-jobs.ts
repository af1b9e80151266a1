import { Big } from "big.js";
import type { SimRun, World } from "../sandbox.ts";
import { jobPattern } from "../job-name.ts";
import type { Settings } from "./settings.ts";

export type JobProjection = ReturnType<typeof jobProjection>;

/** The world's runs as application jobs, with the log their program writes. */
export function jobProjection(world: World, system: string, settings: Settings) {
  /** Texts of runs started through the API, and the runs that were copied. */
  const texts = new Map<string, string>();
  const origins = new Map<string, string>();

  const header = (run: SimRun) => {
    const { phase } = world.phase(run);
    const [OrigJobName = "", OrigJobCount = ""] = origins.get(run.key)?.split("/") ?? [];
    return {
      ...named(run.key),
      JobText: texts.get(run.key) ?? run.job,
      JobTemplateName: templateOf(run.job, settings),
      JobStatus: statusOf(run, phase),
      JobPlannedStartDateTime: digits(run.queuedAt),
      JobStartDateTime: phase === "queued" ? "" : digits(run.startedAt),
      JobEndDateTime: phase === "ended" ? digits(run.endedAt) : "",
      JobStepCount: 1,
      OrigJobName,
      OrigJobCount,
      JobRestartCount: OrigJobName ? 1 : 0,
    };
  };

  function messagesOf(run: SimRun) {
    const { phase } = world.phase(run);
    const messages: { MsgType: string; MsgText: string }[] = [];
    const extracts = run.correlationId !== null && run.snapshotAsOf !== null;
    if (phase !== "queued" && extracts) {
      const snapshot = new Date(run.snapshotAsOf!).toISOString();
      const taken = `company code ${run.entity}, period ${run.period}, ledger 0L, snapshot ${snapshot}`;
      messages.push({ MsgType: "I", MsgText: `Batch ${run.correlationId}: ${taken}` });
    }
    if (phase !== "ended") return messages;
    if (run.error) messages.push({ MsgType: "E", MsgText: run.error.message });
    else if (extracts) messages.push({ MsgType: "S", MsgText: resultOf(run) });
    return messages;
  }

  function resultOf(run: SimRun): string {
    const held = world.delivered(run);
    if (!held) return `${run.rowsWritten} items extracted`;
    const sum = (side: "debit" | "credit" | "net") =>
      held.accounts.reduce((total, account) => total.plus(account[side]), new Big(0)).toFixed(2);
    const count = held.accounts.reduce((total, account) => total + account.count, 0);
    const amounts = `debit ${sum("debit")}, credit ${sum("credit")}, net ${sum("net")} ${held.currency}`;
    return `${count} items, ${amounts}`;
  }

  return {
    /** Runs planned to start between two instants of fourteen digits, oldest first. */
    planned(from: string, to: string) {
      const since = instantOf(from);
      const until = instantOf(to) + 999;
      const within = (run: SimRun) => run.queuedAt >= since && run.queuedAt <= until;
      return world.runs(system, since).filter(within).map(header);
    },
    withText(text: string) {
      const keys = [...texts.keys()].filter((key) => texts.get(key) === text);
      return keys.flatMap((key) => world.run(system, key) ?? []).map(header);
    },
    info(key: string) {
      const run = world.run(system, key);
      if (!run) return null;
      const { phase } = world.phase(run);
      return {
        ...named(key),
        JobStatus: statusOf(run, phase),
        JobSdlDateTime: `/Date(${run.queuedAt})/`,
        JobStartDateTime: phase === "queued" ? null : `/Date(${run.startedAt})/`,
        JobEndDateTime: phase === "ended" ? `/Date(${run.endedAt})/` : null,
        JobAppRC: 0,
        StepCount: 1,
        StepStatus: statusOf(run, phase),
        StepAppRC: 0,
      };
    },
    detail(key: string) {
      const run = world.run(system, key);
      if (!run) return null;
      const place = { ...named(key), StepNumber: 1, LogHandle: key.slice(0, 20) };
      const messages = messagesOf(run).map((message, index) => ({
        ...place,
        MsgNumber: String(index + 1).padStart(6, "0"),
        MsgId: "ZFI_EXTRACT",
        MsgNo: "001",
        ...message,
      }));
      const log = { ...place, MsgCntAll: messages.length, JobLogMessageSet: { results: messages } };
      const step = { ...named(key), StepNumber: 1, StepAppRC: 0, JobStepLogInfoSet: { results: [log] } };
      return { ...header(run), JobStepSet: { results: [step] } };
    },
    schedule(text: string, parameterValues: string) {
      const job = text.replace(/ #[0-9a-f]{8}$/, "");
      const period = /\b\d{4}-\d\d\b/.exec(parameterValues)?.[0];
      const run = world.start(system, job, { idempotencyKey: text, ...(period && { parameters: { period } }) });
      texts.set(run.key, text);
      return { ...named(run.key), JobStatus: "Y", ReturnCode: 0 };
    },
    restart(key: string) {
      const run = world.run(system, key);
      if (!run) return null;
      const copy = world.start(system, run.job, { parameters: { period: run.period } });
      origins.set(copy.key, key);
      return { ...named(copy.key), JobStatus: "Y", ReturnCode: 0 };
    },
    cancel: (key: string) => world.cancel(system, key),
  };
}

function statusOf(run: SimRun, phase: string): string {
  if (phase === "queued") return "Y";
  if (phase !== "ended") return phase === "held" ? "Z" : "R";
  if (run.outcome === "failed") return "A";
  return run.outcome === "aborted" ? "C" : "F";
}

function templateOf(job: string, settings: Settings): string {
  return settings.jobs.find(({ name }) => jobPattern(name).entityIn(job) !== null)?.template ?? "";
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
