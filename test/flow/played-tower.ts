import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { collectors } from "../../collectors/index.ts";
import { loadScenario, type Scenario } from "../../sandbox/scenario.ts";
import { startSandbox, type StartedSandbox } from "../../sandbox/start-sandbox.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { BoardEntity, BoardHead, CloseRow, Hold } from "../../schemas/wire/board.ts";
import type { FlowStrip } from "../../schemas/wire/flow-strip.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import type { TieLine } from "../../schemas/wire/line.ts";
import { flowStrips } from "../../server/checks/flow-strips.ts";
import { closeBoard } from "../../server/close/board.ts";
import type { BoardMemo } from "../../server/close/board-input.ts";
import { calendarsOf, GROUP } from "../../server/close/calendars.ts";
import { entityLines } from "../../server/close/entity-lines.ts";
import { createCollecting, type Source } from "../../server/collect/collect.ts";
import { closeExceptions } from "../../server/incidents/exceptions/close-exceptions.ts";
import type { OpenException } from "../../server/incidents/open-exception.ts";
import { historyStops } from "../../server/collect/history-stops.ts";
import { openSources } from "../../server/collect/open-sources.ts";
import { createGathering, playHistory } from "../../server/collect/play-history.ts";
import { loadEstate } from "../../server/estate/load-estate.ts";
import { createFacts, type FactsInMemory } from "../../server/facts/facts.ts";
import type { Ingest } from "../../server/ingest/ingest.ts";
import { createIngest } from "../../server/ingest/ingest.ts";
import { createMetrics } from "../../server/metrics.ts";
import type { ClickHouse } from "../../server/store/clickhouse.ts";
import { openEmptyClickHouse } from "../clickhouse.ts";

/** What the tower shows of one period at one instant. */
export interface Look {
  at: string;
  head: BoardHead;
  entities: BoardEntity[];
  holds: Hold[];
  /** What is wrong, as incidents are made of it. */
  exceptions: readonly OpenException[];
  collectors: readonly CollectorRow[];
  strips: Record<string, FlowStrip>;
  lines(entity: string): Record<string, TieLine>;
}

/** The demo from vendor to board in one process: its sandbox, the collectors over HTTP, real ingest, the pure rooms. */
export interface PlayedTower {
  estate: Estate;
  scenario: Scenario;
  facts: FactsInMemory;
  ingest: Ingest;
  clickhouse: ClickHouse;
  sandbox: StartedSandbox;
  sources: readonly Source[];
  collectorRows(): CollectorRow[];
  /** Steps through the earlier closes as the demo's start does. */
  playHistory(): Promise<void>;
  /** Moves the clock and reads every system once. */
  stepTo(instant: string | number): Promise<void>;
  look(period: string): Look;
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../..");

/** @param file a scenario of the estate; the one named like it by default */
export async function openPlayedTower(
  name = "meridian",
  file = join(ROOT, "sandbox/scenarios", `${name}.yaml`),
): Promise<PlayedTower> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "tieout-play-"));
  const { estate } = loadEstate(join(ROOT, "estates", name));
  const scenario = loadScenario(file);
  const log = pino({ level: "silent" });
  const metrics = createMetrics();
  const { clickhouse, close } = await openEmptyClickHouse("embedded");
  const sandbox = await startSandbox({ estate, scenario: file, dataDirectory, log });
  const { clock } = sandbox;
  const facts = createFacts();
  const ingest = createIngest({ clickhouse, clock, log, metrics, facts, maxEventBytes: 32 * 1024 * 1024 });
  const connections = Object.fromEntries(
    Object.entries(sandbox.systems).map(([id, { connection }]) => [id, connection]),
  );
  const { systems } = estate;
  const sources = openSources({ systems, collectors, connections, environment: {}, clock, log, metrics });
  const gathering = createGathering({
    accept: async (events, source) => void (await ingest.acceptEvents(events, source)),
    cursors: { load: async () => null, save: async () => {} },
  });
  const collecting = createCollecting(sources, {
    ...{ clock, log, metrics },
    ...gathering,
    acceptTexts: async () => {},
    changed: () => {},
  });
  const calendars = calendarsOf(estate);
  const memo: BoardMemo = new Map();
  const collectorRows = () => Object.values(collecting.rows());
  let pushed = 0;
  /** What played systems push to the door by themselves. */
  const takePushed = async () => {
    const all = sandbox.pushed();
    if (all.length > pushed) await ingest.acceptEvents(all.slice(pushed), "push");
    pushed = all.length;
  };
  const pollAll = () => Promise.all(systems.map(({ id }) => collecting.pollNow(id)));

  return {
    ...{ estate, scenario, facts, ingest, clickhouse, sandbox, sources, collectorRows },
    async playHistory() {
      const until = sandbox.historyUntil!;
      gathering.gather(true);
      await playHistory({
        clock: { now: () => clock.now(), stepTo: sandbox.drive.stepTo },
        ...{ until, systems: systems.map(({ id }) => id), collecting, flush: gathering.flush, progress: () => {} },
        stops: historyStops(calendars, GROUP, clock.now(), until),
      });
      gathering.gather(false);
      await takePushed();
    },
    async stepTo(instant) {
      sandbox.drive.stepTo(new Date(instant));
      await Promise.all([pollAll(), takePushed()]);
    },
    look(period) {
      const now = clock.now();
      const judged = { ...{ estate, calendars, facts, now, period }, collectors: collectorRows() };
      const rows: CloseRow[] = Object.values(closeBoard({ ...judged, entities: "all", memo }));
      const found = closeExceptions({ ...judged, memo });
      return {
        at: now.toISOString(),
        head: rows.find((row) => row.kind === "head")!,
        entities: rows.filter((row) => row.kind === "entity"),
        holds: rows.filter((row) => row.kind === "hold"),
        exceptions: [...found.own, ...found.systems],
        collectors: judged.collectors,
        strips: flowStrips({ ...judged, entities: "all", requests: [] }),
        lines: (entity) => entityLines({ ...judged, entity }),
      };
    },
    async close() {
      await sandbox.stop();
      await ingest.idle();
      await close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
