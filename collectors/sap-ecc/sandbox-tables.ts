import { localOfInstant } from "../local-time.ts";
import type { SimRun, World } from "../sandbox.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import type { Settings } from "./settings.ts";

type Table = Record<string, string>[];

/** A date and a time as SAP writes them; zeros where there is none. */
function digits(instant: number | null, { timeZone }: Settings): [date: string, time: string] {
  if (instant === null) return ["00000000", "000000"];
  const text = localOfInstant(new Date(instant).toISOString(), timeZone).replace(/\D/g, "");
  return [text.slice(0, 8), text.slice(8)];
}

/** TBTCO: the runs of jobs whose names have no space. */
export function jobRows(world: World, system: string, settings: Settings): Table {
  return world
    .runs(system)
    .filter(({ job }) => !job.includes(" "))
    .map((run) => {
      const { phase } = world.phase(run);
      const over = phase === "ended";
      const [SDLSTRTDT, SDLSTRTTM] = digits(run.queuedAt, settings);
      const [STRTDATE, STRTTIME] = digits(phase === "queued" ? null : run.startedAt, settings);
      const [ENDDATE, ENDTIME] = digits(over ? run.endedAt : null, settings);
      const changed = digits(over ? run.endedAt : phase === "queued" ? run.queuedAt : run.startedAt, settings);
      const [JOBNAME = "", JOBCOUNT = ""] = run.key.split("/");
      return {
        ...{ JOBNAME, JOBCOUNT, STATUS: over ? jobEnd(run) : phase === "queued" ? "S" : "R" },
        ...{ SDLSTRTDT, SDLSTRTTM, STRTDATE, STRTTIME, ENDDATE, ENDTIME, CHANGED: changed.join("") },
        LOG: over ? jobLog(run) : "",
        ...{ PERIOD: run.period.replace("-", "0"), BATCH: run.correlationId ?? "" },
      };
    });
}

function jobEnd({ outcome }: SimRun): string {
  return outcome === "failed" || outcome === "aborted" ? "A" : "F";
}

function jobLog(run: SimRun): string {
  if (run.outcome === "aborted") return "Job cancelled by user BASIS01";
  return run.outcome === "failed" ? (run.error?.message ?? "") : "";
}

/** EDIDC: the runs whose name is a message type, a partner and a company code. */
export function idocRows(world: World, system: string, settings: Settings): Table {
  return world
    .runs(system)
    .filter(({ job }) => job.includes(" "))
    .map((run) => {
      const { phase } = world.phase(run);
      const [MESTYP = "", RCVPRN = "", BUKRS = ""] = run.job.split(" ");
      const [CREDAT, CRETIM] = digits(run.queuedAt, settings);
      const changed = phase === "ended" ? run.endedAt : phase === "queued" ? run.queuedAt : run.startedAt;
      const [UPDDAT, UPDTIM] = digits(changed, settings);
      return {
        ...{ DOCNUM: run.key, DIRECT: "1", MESTYP, RCVPRN, SNDPRN: "ECC100", BUKRS },
        ...{ STATUS: idocStatus(run, phase), CREDAT, CRETIM, UPDDAT, UPDTIM, CHANGED: `${UPDDAT}${UPDTIM}` },
        ...{ ARCKEY: run.startedBy?.key ?? "", STATXT: phase === "ended" ? idocText(run) : "" },
        ...{ PERIOD: run.period.replace("-", "0"), BATCH: run.correlationId ?? "" },
      };
    });
}

function idocStatus({ outcome }: SimRun, phase: string): string {
  if (phase === "queued") return "30";
  if (phase !== "ended") return "18";
  if (outcome === "failed") return "02";
  if (outcome === "aborted") return "31";
  return outcome === "partial" ? "52" : "12";
}

function idocText(run: SimRun): string {
  if (run.outcome === "failed") return run.error?.message ?? "Error passing data to port";
  return run.rejections
    .map(({ dimension, member, count }) => `${count} items: ${dimension} ${member} does not exist`)
    .join("\n");
}

/** FAGLFLEXT by company code, period and account; null for a filter this service does not understand. */
export function totalRows(world: World, system: string, { ledger }: Settings, filter: string): Table | null {
  const [, from, to] = /RACCT ge '(\d+)' and RACCT le '(\d+)'/.exec(filter) ?? [];
  const periods = [...filter.matchAll(/RYEAR eq '(\d{4})' and POPER eq '0(\d\d)'/g)];
  if (!filter.startsWith(`RLDNR eq '${ledger?.ledger}'`) || !from || !to || periods.length === 0) return null;
  return [...filter.matchAll(/RBUKRS eq '([^']*)'/g)].flatMap(([, RBUKRS = ""]) =>
    periods.flatMap(([, RYEAR = "", period = ""]) => {
      const held = playedLedger(world, system, RBUKRS, `${RYEAR}-${period}`, ledger?.dataset);
      return (held?.accounts ?? []).flatMap(({ account, count, debit, credit }) => {
        const RACCT = account.padStart(10, "0");
        if (RACCT < from || RACCT > to) return [];
        const CREDIT = /[1-9]/.test(credit) ? `${credit}-` : credit;
        const POPER = `0${period}`;
        return [{ RBUKRS, RYEAR, POPER, RACCT, RTCUR: held!.currency, DEBIT: debit, CREDIT, ITEMS: String(count) }];
      });
    }),
  );
}
