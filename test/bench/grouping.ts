import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEstate } from "../../server/estate/load-estate.ts";
import { findIncidents } from "../../server/incidents/find-incidents.ts";
import type { OpenException } from "../../server/incidents/open-exception.ts";
import { recordIncidents } from "../../server/incidents/record-incidents.ts";
import { upstreamOf } from "../../server/incidents/upstream.ts";
import { migratePostgres } from "../../server/store/migrate-postgres.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { exception } from "../open-exceptions.ts";
import { atMost, defineBench, quantile } from "./bench.ts";
import { random } from "./random.ts";

const EXCEPTIONS = 100_000;
const ENTITIES = 400;
const ROUNDS = 5;
const NOW = "2026-11-03T10:00:00.000Z";

/** What a bad night costs: everything fails or waits at once, most of it for a few reasons. */
export const grouping = defineBench({
  name: "grouping",
  title: `${EXCEPTIONS.toLocaleString("en")} open exceptions grouped by root cause into incidents; the median of ${ROUNDS}`,
  unit: "s",
  goal: atMost(5),
  reference: "copying the same exceptions",
  also: {
    written: {
      title: "the same as the server does it, the incidents opened in PostgreSQL in process",
      unit: "s",
      goal: atMost(5),
      reference: "the same again, nothing having changed",
    },
  },
  async run({ say }) {
    const { estate } = loadEstate(join(import.meta.dirname, "../../estates/meridian"));
    const exceptions = badNight();
    const order = upstreamOf(estate);
    const find = () => findIncidents(estate, order, { now: NOW, exceptions, blind: new Set() });
    const grouped = await timed(ROUNDS, async () => void find());
    const copied = await timed(ROUNDS, async () => void structuredClone(exceptions));
    say(`${find().findings.length} causes found`);
    const directory = await mkdtemp(join(tmpdir(), "tieout-bench-"));
    const postgres = await openPostgres({ directory });
    try {
      await migratePostgres(postgres);
      const ctx = { postgres, handles: () => false, enqueue: async () => {} };
      const look = async () => void (await recordIncidents(ctx, find(), new Set()));
      const written = { value: await timed(1, look), reference: await timed(1, look) };
      return { value: grouped, reference: copied, also: { written } };
    } finally {
      await postgres.close();
      await rm(directory, { recursive: true });
    }
  },
});

const HOPS = ["s4-extract", "cpi-actuals", "anaplan-actuals", "pbi-close"] as const;
const SYSTEMS = ["s4", "cpi", "anaplan", "powerbi"] as const;

/** Half of it waits for one system's credentials, the rest fails, stands still or differs for a hundred reasons. */
function badNight(): OpenException[] {
  const next = random(7);
  return Array.from({ length: EXCEPTIONS }, (_, at): OpenException => {
    const hop = Math.floor(next() * HOPS.length);
    const place = {
      ...{ entity: `E${at % ENTITIES}`, period: `2026-${String(1 + (at % 12)).padStart(2, "0")}` },
      ...{ flow: "actuals-to-close", dataset: HOPS[hop]!, system: SYSTEMS[hop]!, correlationId: `B-${at % 5_000}` },
    };
    const kind = next();
    if (kind < 0.3) {
      const expired = { dataset: "anaplan-actuals", system: "anaplan", causeKey: "credential-expiry.anaplan" };
      return exception(`x${at}`, { ...place, ...expired, code: "credential-expiry", brings: "system", suffers: null });
    }
    if (kind < 0.7) {
      const start = `missing-run.${place.dataset}.${at % 20}`;
      const missed = { brings: "delivery", suffers: "delivery", code: "missing-run" } as const;
      return exception(`x${at}`, { ...place, ...missed, causeKey: start });
    }
    if (kind < 0.9) {
      const alike = `job-failed.${place.system}.${at % 100}`;
      return exception(`x${at}`, { ...place, causeKey: alike, brings: "delivery", suffers: "run" });
    }
    return exception(`x${at}`, { ...place, causeKey: `gap.${at % 50}`, brings: "figures", suffers: "figures" });
  });
}

async function timed(rounds: number, act: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await act();
    seconds.push((performance.now() - begun) / 1_000);
  }
  return quantile(seconds, 0.5);
}
