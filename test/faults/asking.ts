import { setTimeout as sleep } from "node:timers/promises";

const EVERY = 2_500;
const WITHIN = 30_000;
const WHERE = [
  ["s4-extract", "S/4 extract"],
  ["cpi-actuals", "message"],
  ["anaplan-actuals", "load"],
] as const;
/** Of loads that begin at the source, so many in a hundred are asked for with all that follows them, up to the dashboard. */
const THROUGH = 40;
const ENTITIES = ["DE01", "DE02", "DE03", "FR01", "NL01", "GB01", "US01", "US03", "BR01"];

/** What was asked for, by the key it was asked under. */
export interface Asked {
  key: string;
  /** Null where it was refused in so many words. */
  request: string | null;
  status: number;
  /** Requests the same key was answered with; more than one is a breach. */
  requests: ReadonlySet<string>;
}

export interface Asking {
  asked: readonly Asked[];
  /** Asks no more and waits for the last answers. */
  end(): Promise<void>;
}

/** Somebody who has loads run again, now here, now there, and asks again under the same key until answered. */
export function startAsking(deps: { urls: () => readonly string[]; key: string; next: () => number }): Asking {
  const { urls, key, next } = deps;
  const asked: (Asked & { requests: Set<string> })[] = [];
  let ended = false;

  const one = async () => {
    const [dataset, what] = WHERE[Math.floor(next() * WHERE.length)]!;
    const entity = ENTITIES[Math.floor(next() * ENTITIES.length)]!;
    const idempotencyKey = `campaign-${asked.length}`;
    const through = dataset === WHERE[0][0] && next() * 100 < THROUGH ? { through: "pbi-close" } : {};
    const body = JSON.stringify({
      flow: "actuals-to-close",
      dataset,
      ...through,
      entity,
      period: "2026-10",
      reason: `The ${what} again`,
    });
    const requests = new Set<string>();
    const headers = {
      ...{ authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": idempotencyKey },
    };
    // Told twice now and then, as by a proxy that repeats what it heard no answer to.
    for (let times = next() < 0.2 ? 2 : 1; times > 0; await sleep(200)) {
      const url = urls()[Math.floor(next() * urls().length)]!;
      const signal = AbortSignal.timeout(WITHIN);
      const answer = await fetch(`${url}/api/v1/requests`, { method: "POST", headers, body, signal }).catch(() => null);
      const told = (await answer?.json().catch(() => null)) as { request?: { id: string } } | null | undefined;
      if (!answer || !told || answer.status >= 500) continue;
      times -= 1;
      if (told.request) requests.add(told.request.id);
      if (times === 0)
        asked.push({ key: idempotencyKey, request: told.request?.id ?? null, status: answer.status, requests });
    }
  };
  const going = (async () => {
    while (!ended) {
      await one();
      await sleep(EVERY * (0.5 + next()));
    }
  })();
  return {
    asked,
    async end() {
      ended = true;
      await going;
    },
  };
}
