import { setTimeout as sleep } from "node:timers/promises";
import { shuffled } from "./shuffled.ts";

/** Where the load's events come from: a system the estate does not know, beside those it reads. */
export const LOAD = "feeds://payroll";

const SENDERS = 6;
const TICK = 100;
/** Events a tick: 30 a second, and ten times that in a burst. */
const USUAL = 3;
const BATCH = 50;
/** Waiting events after which senders send batches only, and after which they make no more, as buffers are. */
const MUCH = 500;
const MOST = 5_000;
const ANSWER_WITHIN = 30_000;
const WAIT = 150;

/** Senders of events, as programs are: what was not acknowledged is sent again, to whoever is there. */
export interface Load {
  /** Of every event ever begun, the run it is alone in. */
  begun: ReadonlySet<string>;
  acknowledged: ReadonlySet<string>;
  /** Answers by status; 0 where none came. */
  answers: ReadonlyMap<number, number>;
  behave(how: { times?: number; twice?: boolean; late?: boolean; key?: string | null }): void;
  /** Sends one event to an address now; whether it was acknowledged. */
  probe(url: string): Promise<boolean>;
  /** Stops making events and waits until all are acknowledged; how many were not in time. */
  drain(within: number): Promise<number>;
}

export interface LoadDeps {
  urls: () => readonly string[];
  key: string;
  now: () => number;
  next: () => number;
}

interface Sent {
  runId: string;
  text: string;
}

export function startLoad({ urls, key, now, next }: LoadDeps): Load {
  const begun = new Set<string>();
  const acknowledged = new Set<string>();
  const answers = new Map<number, number>();
  const queue: Sent[] = [];
  let behaviour = { times: 1, twice: false, late: false, key: null as string | null };
  const held: Sent[] = [];
  let stopped = false;
  let underWay = 0;

  const make = (): Sent => {
    const runId = `load-${begun.size}`;
    begun.add(runId);
    return { runId, text: JSON.stringify(eventOf(runId, begun.size, now())) };
  };
  const tick = setInterval(() => {
    for (let n = 0; n < USUAL * behaviour.times && queue.length < MOST; n++) {
      const event = make();
      (behaviour.late && next() < 0.6 ? held : queue).push(event);
      if (behaviour.twice) queue.push(event);
    }
  }, TICK);

  const post = poster(answers, {
    key: () => behaviour.key ?? key,
    // A revoked key is a person's to mend; the next one is there at once.
    refused: () => void (behaviour.key = null),
  });
  const send = async () => {
    const [url = ""] = shuffled(urls(), next);
    const events = queue.splice(0, next() < 0.3 || queue.length > MUCH ? BATCH : 1);
    if (events.length === 0) return sleep(20);
    underWay += 1;
    const [first] = events;
    const status = await (events.length === 1
      ? post(url, "/api/v1/lineage", first!.text)
      : post(url, "/api/v1/lineage/batch", `[${events.map(({ text }) => text).join(",")}]`));
    underWay -= 1;
    if (status === 201 || status === 204) return void events.forEach(({ runId }) => acknowledged.add(runId));
    queue.push(...events);
    await sleep(WAIT);
  };
  for (let sender = 0; sender < SENDERS; sender++)
    void (async () => {
      while (!stopped) await send();
    })();

  return {
    ...{ begun, acknowledged, answers },
    behave(how) {
      behaviour = { ...behaviour, times: 1, twice: false, late: false, ...how };
      if (!behaviour.late) queue.push(...shuffled(held.splice(0), next));
    },
    async probe(url) {
      const { runId, text } = make();
      const status = await post(url, "/api/v1/lineage", text);
      if (status === 201) acknowledged.add(runId);
      else queue.push({ runId, text });
      return status === 201;
    },
    async drain(within) {
      clearInterval(tick);
      queue.push(...held.splice(0));
      const deadline = performance.now() + within;
      while ((queue.length > 0 || underWay > 0) && performance.now() < deadline) await sleep(50);
      stopped = true;
      return begun.size - acknowledged.size;
    },
  };
}

/** Posts to an address and answers the status; 0 where no answer came. */
function poster(answers: Map<number, number>, keys: { key(): string; refused(): void }) {
  return async (url: string, path: string, body: string): Promise<number> => {
    const headers = { authorization: `Bearer ${keys.key()}`, "content-type": "application/json" };
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    const answer = await fetch(`${url}${path}`, { method: "POST", headers, body, signal }).catch(() => null);
    await answer?.arrayBuffer().catch(() => {});
    const status = answer?.status ?? 0;
    answers.set(status, (answers.get(status) ?? 0) + 1);
    if (status === 401) keys.refused();
    return status;
  };
}

/** A load of one entity that leaves something in every derived table. */
function eventOf(runId: string, n: number, now: number): object {
  const signed = { _producer: "https://example.com/payroll", _schemaURL: "https://example.com/facet.json" };
  const position = { entity: `P${n % 40}`, ledger: "0L", period: "2026-10", version: "actual" };
  const completeThrough = new Date(Math.floor(now / 1000) * 1000).toISOString();
  const totals = [{ ...position, account: "", currency: "EUR", measure: "net", value: `${n}.5` }];
  return {
    ...{ eventTime: completeThrough, eventType: "COMPLETE", producer: signed._producer },
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    job: { namespace: LOAD, name: `PAYROLL_OUT ${position.entity}` },
    run: { runId, facets: { tieout_correlation: { ...signed, correlationId: `PAY-${n}` } } },
    inputs: [{ namespace: LOAD, name: "PAYROLL" }],
    outputs: [
      {
        ...{ namespace: LOAD, name: "PAYROLL_OUT" },
        facets: {
          tieout_position: { ...signed, positions: [{ ...position, completeThrough }] },
          tieout_controlTotals: { ...signed, asOf: completeThrough, totals },
        },
      },
    ],
  };
}
