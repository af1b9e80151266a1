import type { DocumentPlace, LinkedBy, Sure, Trace, TraceLink, TraceRun } from "../../schemas/wire/trace.ts";
import { count, listed, money, numberWord } from "./money.ts";
import { lookOfRun, titleOfCode, type Look } from "./state-words.ts";
import { span } from "./time.ts";

/** What a link was inferred by, as people say it. */
export const LINKED_BY: Record<LinkedBy, string> = {
  "correlation-id": "both carry the ID",
  "id-in-data": "the figures carry the ID",
  "job-dependency": "one names the other",
  "parent-run": "one is part of the other",
  "root-run": "same root run",
  causation: "named as its cause",
  "message-id": "same message",
  "idempotency-key": "same idempotency key",
  "external-query": "same query",
  "dataset-version": "same version of the data",
  "batch-name": "same batch name",
  "file-name": "same file name",
  "file-hash": "same file content",
  snapshot: "same snapshot",
  "load-window": "next in time",
  "same-totals": "same totals",
};

export const SURE: Record<Sure, Look> = {
  certain: { shape: "done", tone: "tie", word: "certain" },
  likely: { shape: "at-risk", tone: "risk", word: "likely" },
  possible: { shape: "unknown", tone: "unknown", word: "possible" },
};

export const PLACES: Record<DocumentPlace["state"], Look> = {
  present: { shape: "done", tone: "tie", word: "has it" },
  implied: { shape: "running", tone: "flight", word: "given it" },
  refused: { shape: "held", tone: "break", word: "refused it" },
  absent: { shape: "held", tone: "break", word: "lacks it" },
  unknown: { shape: "unknown", tone: "unknown", word: "unknown" },
};

/** `1 h 27 min from SAP S/4HANA to Power BI; it breaks at Anaplan.` as the page opens. */
export function traceSentence(trace: Trace): string {
  const seen = trace.lanes.filter(({ state }) => state !== "not-seen");
  const [first, last] = [seen[0], seen.at(-1)];
  const missing = trace.lanes.filter(({ state }) => state === "not-seen");
  const way = first === last ? `through ${first?.systemTitle}` : `from ${first?.systemTitle} to ${last?.systemTitle}`;
  const took = trace.endedAt
    ? `took ${span(trace.durationSeconds)}`
    : `has been under way for ${span(trace.durationSeconds)}`;
  const broken = seen.find(({ state }) => state === "failed");
  const off = trace.line?.hops.find(({ state }) => state === "off");
  const ends = off?.difference
    ? `; it is ${money(off.difference.replace("-", ""), trace.line!.currency)} ${off.difference.startsWith("-") ? "short" : "over"} from ${off.systemTitle} on`
    : broken
      ? `; ${broken.systemTitle} failed`
      : missing.length > 0
        ? `; nothing was seen of ${listed([...new Set(missing.map(({ systemTitle }) => systemTitle))])}`
        : trace.line?.state === "tied"
          ? " and ties at every hop"
          : "";
  return `${trace.correlationId ?? trace.runs[0]?.run.jobName ?? trace.id} ${took} ${way}${ends}.`;
}

export function underSentence({ runs, lanes, acts }: Trace): string {
  const systems = new Set(lanes.filter(({ state }) => state !== "not-seen").map(({ systemTitle }) => systemTitle));
  const tries = runs.reduce((sum, { attempts }) => sum + Math.max(attempts.length, 1), 0);
  const people = new Set(acts.map(({ who }) => who).filter((who) => who !== "Tieout"));
  return [
    `${numberWord(runs.length)} ${runs.length === 1 ? "run" : "runs"} in ${systems.size} ${systems.size === 1 ? "system" : "systems"}`,
    ...(tries > runs.length ? [`${tries} tries`] : []),
    people.size > 0 ? `touched by ${listed([...people])}` : "touched by nobody",
  ].join(", ");
}

/** One thing that happened, in the order of time. */
export interface StoryStep {
  at: string;
  look: Look;
  /** The system or person. */
  who: string;
  text: string;
  /** How it is known; empty where the step itself says. */
  known: string;
  runId: string | null;
  kind: "run" | "wait" | "exception" | "act" | "gap";
}

const REST: Look = { shape: "not-due", tone: "rest", word: "waited" };

/** A batch as a story: what began and ended, what was refused, what people did, and how each is known. */
export function storyOf(trace: Trace): StoryStep[] {
  const into = Map.groupBy(trace.links, ({ to }) => to);
  const steps = trace.runs.flatMap((run) => runSteps(run, into.get(run.key) ?? []));
  for (const act of trace.acts) {
    const look: Look = { shape: "done", tone: "flight", word: act.kind };
    steps.push({ at: act.at, look, who: act.who, text: act.text, known: "audit log", runId: null, kind: "act" });
  }
  const inTime = steps.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  const last = inTime.at(-1)?.at ?? trace.startedAt;
  const gaps = trace.lanes.flatMap(({ gap, systemTitle }): StoryStep[] =>
    gap === null
      ? []
      : [{ at: last, look: SURE.possible, who: systemTitle, text: gap, known: "", runId: null, kind: "gap" }],
  );
  return [...inTime, ...gaps];
}

function runSteps(run: TraceRun, links: readonly TraceLink[]): StoryStep[] {
  const { jobName, runId, qualifier, rowsWritten } = run.run;
  const about = { who: run.systemTitle, runId };
  const steps: StoryStep[] = [];
  const [link] = links;
  const known = link ? `${LINKED_BY[link.by]}, ${link.sure}` : run.found.replace(/\.$/, "");
  if (link && link.waitSeconds >= 60) {
    const text = `waited ${span(link.waitSeconds)} for the hop before`;
    steps.push({ ...about, at: run.run.startedAt ?? run.heardAt, look: REST, text, known: "", kind: "wait" });
  }
  for (const [at, { startedAt, endedAt, state }] of run.attempts.entries()) {
    const again = run.attempts.length > 1 ? `, try ${at + 1} of ${run.attempts.length}` : "";
    const begun: Look = { shape: "running", tone: "flight", word: "began" };
    if (startedAt)
      steps.push({
        ...about,
        at: startedAt,
        look: begun,
        text: `began ${jobName}${again}`,
        known: at === 0 ? known : "",
        kind: "run",
      });
    if (!endedAt) continue;
    const isLast = at === run.attempts.length - 1;
    const look = lookOfRun(state, isLast ? qualifier : null);
    const rows = isLast && rowsWritten !== null ? `, ${count(rowsWritten)} rows` : "";
    steps.push({
      ...about,
      at: endedAt,
      look,
      text: `${look.word}${rows}`,
      known: totalsText(isLast ? run : null),
      kind: "run",
    });
  }
  const ended = run.run.endedAt ?? run.run.lastEventAt;
  for (const { code, message, amount, currency, count: rows } of run.exceptions) {
    const size = [rows === undefined ? "" : `${count(rows)} rows`, amount ? money(amount, currency ?? "") : ""].filter(
      Boolean,
    );
    const look: Look = { shape: "held", tone: "break", word: "exception" };
    const text = `${titleOfCode(code)}${size.length > 0 ? ` (${size.join(", ")})` : ""}: “${message}”`;
    steps.push({ ...about, at: ended, look, text, known: "in the run’s own report", kind: "exception" });
  }
  return steps;
}

function totalsText(run: TraceRun | null): string {
  const [total] = run?.totals ?? [];
  return total?.net ? `reported ${money(total.net, total.currency)} net` : "";
}

/** A run on the time axis, in percent of the whole. */
export interface Span {
  key: string;
  from: number;
  width: number;
}

export interface Scale {
  /** Ticks at whole steps of time. */
  ticks: { at: string; percent: number }[];
  spans: Map<string, Span>;
}

const STEPS = [1, 5, 10, 15, 30, 60, 120, 240, 480, 1_440, 2_880, 10_080].map((minutes) => minutes * 60_000);

/** Where each run lies between the first start and the last end; what still runs reaches `now`. */
export function scaleOf(trace: Trace, now: string): Scale {
  const start = Date.parse(trace.startedAt);
  const ends = trace.runs.map(({ run }) =>
    Date.parse(run.endedAt ?? (run.state === "RUNNING" ? now : run.lastEventAt)),
  );
  const end = Math.max(start + 1_000, ...ends);
  const percent = (at: number) => ((at - start) / (end - start)) * 100;
  const spans = new Map(
    trace.runs.map(({ key, run }, at) => {
      const from = percent(Date.parse(run.startedAt ?? run.lastEventAt));
      return [key, { key, from, width: Math.max(percent(ends[at]!) - from, 0) }];
    }),
  );
  const step = STEPS.find((each) => (end - start) / each <= 6) ?? STEPS.at(-1)!;
  const ticks: Scale["ticks"] = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
    ticks.push({ at: new Date(at).toISOString(), percent: percent(at) });
  }
  return { ticks, spans };
}
