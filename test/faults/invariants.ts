import type { SimRun } from "../../collectors/sandbox.ts";
import type { Asked } from "./asking.ts";
import type { Examined, StepLeft } from "./examine-stores.ts";

/** What was seen from outside while things were broken. */
export interface Witnessed {
  begun: ReadonlySet<string>;
  acknowledged: ReadonlySet<string>;
  asked: readonly Asked[];
  started: ReadonlySet<SimRun>;
  /** Messages by id, and how often each arrived. */
  told: ReadonlyMap<string, number>;
  /** Topics a console was behind in at the end. */
  behind: readonly string[];
  /** What did not come back by itself. */
  away: readonly string[];
}

export interface Invariant {
  name: string;
  /** What was looked at, in a few words. */
  found: string;
  breaches: string[];
}

const OVER = new Set(["completed", "failed", "refused", "rejected", "expired", "withdrawn", "cancelled"]);
/** Up to people, and stated to them. */
const STATED = new Set([...OVER, "waiting", "paused"]);
const ENDED = new Set(["done", "skipped", "failed", "blocked", "cancelled", "asking"]);

/** What must hold after any fault, each with what breaks it. */
export function invariantsOf(seen: Witnessed, left: Examined): Invariant[] {
  const stored = new Set(left.stored);
  const lost = [...seen.acknowledged].filter((runId) => !stored.has(runId));
  const foreign = left.stored.filter((runId) => !seen.begun.has(runId));
  return [
    {
      name: "every acknowledged event is present exactly once",
      found: `${seen.acknowledged.size} acknowledged, ${stored.size} stored, ${lost.length} lost`,
      breaches: [
        ...lost.map((runId) => `${runId} was acknowledged and is not there`),
        ...foreign.map((runId) => `${runId} was never sent`),
        ...left.odd.map(({ runId, events, runs }) => `${runId} has ${events} events and ${runs} rows in runs`),
      ],
    },
    {
      name: "derived tables equal a rebuild",
      found: `${left.events} events derived anew`,
      breaches: left.unlike.map(
        ({ table, before, after }) =>
          `${table}: was ${before.join(" ") || "nothing"}, is ${after.join(" ") || "nothing"}`,
      ),
    },
    postedOnce(seen, left),
    toldOnce(seen, left),
    {
      name: "the audit log verifies",
      found: `${left.audit.entries} entries`,
      breaches: left.audit.intact ? [] : [left.audit.reason],
    },
    requestsStated(seen, left),
    {
      name: "everything came back by itself, and a live console has caught up",
      found: `${seen.away.length} away, ${seen.behind.length} topics behind`,
      breaches: [...seen.away, ...seen.behind.map((topic) => `${topic} is not what a new console is shown`)],
    },
  ];
}

/** The systems' ledger of what was started, held against the steps that were to start it. */
function postedOnce({ started: ledger }: Witnessed, { steps }: Examined): Invariant {
  const driven = steps.filter(({ kind }) => kind === "drive" || kind === "rerun");
  const places = (each: { system: string | null; job: string | null }) => `${each.system} ${each.job}`;
  const started = Map.groupBy(ledger, places);
  const wanted = Map.groupBy(driven, places);
  const breaches: string[] = [];
  for (const [place, list] of started) {
    const asking = wanted.get(place) ?? [];
    const may = asking.filter(mayHaveStarted).length;
    if (list.length > may)
      breaches.push(`${place} was started ${list.length} times for ${may} steps that asked for it`);
  }
  for (const [place, list] of wanted) {
    const own = list.filter(({ state, adopted }) => state === "done" && !adopted).map(({ runKey }) => runKey);
    if (new Set(own).size < own.length) breaches.push(`${place}: two steps say that they started the same run`);
    const least = own.length > 0 ? 1 : 0;
    if ((started.get(place)?.length ?? 0) < least) breaches.push(`${place} is told done and was never started`);
  }
  return { name: "no posting twice", found: `${ledger.size} starts for ${driven.length} steps`, breaches };
}

/** Everything but what was certainly never asked, or refused before it began. */
function mayHaveStarted({ state, fault }: StepLeft): boolean {
  return !["waiting", "blocked", "cancelled"].includes(state) && fault !== "refused";
}

function toldOnce({ told }: Witnessed, { letters, twins }: Examined): Invariant {
  const sent = letters.filter(({ state, receiver }) => state === "sent" && receiver !== "inbox");
  const known = new Map(letters.map((letter) => [letter.id, letter]));
  const messages = [...told].filter(([id]) => known.has(id));
  const repeated = messages.filter(([, times]) => times > 1);
  return {
    name: "every alert told once",
    found: `${messages.length} messages for ${sent.length} alerts sent, ${repeated.length} said again under their own id`,
    breaches: [
      ...(twins > 0 ? [`${twins} alerts stand twice`] : []),
      ...sent
        .filter(({ id, carrier }) => !told.has(carrier ?? id))
        .map(({ id }) => `alert ${id} is told sent and never arrived`),
      ...repeated
        .filter(([id]) => known.get(id)!.attempts < 2)
        .map(([id, times]) => `alert ${id} arrived ${times} times in one try`),
    ],
  };
}

function requestsStated({ asked }: Witnessed, { requests, steps }: Examined): Invariant {
  const states = new Map(requests.map(({ id, state }) => [id, state]));
  const counts = Map.groupBy(requests, ({ state }) => state);
  const why = requests.filter(({ state }) => state === "failed").map(({ outcome }) => outcome ?? "without a word");
  return {
    name: "every request in a stated outcome",
    found: [
      [...counts].map(([state, list]) => `${list.length} ${state}`).join(", ") || "none asked",
      ...new Set(why),
    ].join("; "),
    breaches: [
      ...asked.filter(({ requests: each }) => each.size > 1).map(({ key }) => `${key} was made into two requests`),
      ...asked.flatMap(({ key, request }) =>
        request && !states.has(request) ? [`${key} was answered and is gone`] : [],
      ),
      ...requests.filter(({ state }) => !STATED.has(state)).map(({ id, state }) => `${id} is still ${state}`),
      ...steps
        .filter(({ request, state }) => OVER.has(states.get(request) ?? "") && !ENDED.has(state))
        .map(({ request, state }) => `${request} is over and a step of it is ${state}`),
    ],
  };
}
