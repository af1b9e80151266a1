import { FIGURES, knownFacts, type KnownFacts } from "./known-facts.ts";
import { smallEstate } from "./small-estate.ts";
import type { BoardCell, BoardEntity, BoardHead, Hold } from "../schemas/wire/board.ts";
import type { RunException } from "../schemas/event/facets.ts";
import type { Estate } from "../schemas/estate/estate.ts";
import type { CollectorRow } from "../schemas/wire/live.ts";
import { closeBoard } from "../server/close/board.ts";
import type { BoardMemo } from "../server/close/board-input.ts";
import { calendarsOf } from "../server/close/calendars.ts";

export const estate = smallEstate();
const calendars = calendarsOf(estate);
export const PERIOD = "2026-10";

/** Berlin is an hour ahead of UTC in November; WD+1 is Monday the 2nd. */
export const berlin = (day: number, time: string) => new Date(`2026-11-0${day}T${time}:00+01:00`).toISOString();

interface Shown {
  head: BoardHead;
  entity(id: string): BoardEntity;
  cell(entity: string, milestone: string): BoardCell;
  holds: Hold[];
}

export function show(
  facts: KnownFacts,
  now: string,
  options: { collectors?: CollectorRow[]; entities?: string[]; memo?: BoardMemo; estate?: Estate } = {},
): Shown {
  const shown = options.estate ?? estate;
  const rows = closeBoard({
    estate: shown,
    calendars: shown === estate ? calendars : calendarsOf(shown),
    facts,
    now: new Date(now),
    period: PERIOD,
    collectors: options.collectors ?? [],
    entities: options.entities ?? "all",
    memo: options.memo,
  });
  const entity = (id: string) => rows[`entity:${id}`] as BoardEntity;
  return {
    head: rows.head as BoardHead,
    entity,
    cell: (id, milestone) => entity(id).cells.find((cell) => cell.milestone === milestone)!,
    holds: Object.values(rows).filter((row) => row.kind === "hold"),
  };
}

/** Loads every two hours from WD+1 08:00 as the cadence says, up to and including an instant, ledger read after each. */
export function played(until: string, entities = ["DE01", "US01"]): KnownFacts {
  const facts = knownFacts(estate, PERIOD);
  for (const entity of entities) {
    for (const at of calendars.occurrences(calendars.period(PERIOD)!, entity, estate.flows[0]!)) {
      if (at > until || at < "2026-10-29") continue;
      facts.loaded(entity, at);
    }
    facts.holds("ledger", entity, until, FIGURES);
  }
  return facts;
}

export function collector(row: Partial<CollectorRow>): CollectorRow {
  return {
    kind: "collector",
    system: "erp",
    title: "SAP S/4HANA",
    collector: "x",
    systemKind: "erp",
    state: "ok",
    reason: null,
    sinceAt: null,
    nextTryAt: null,
    lastPollAt: null,
    readThroughAt: null,
    lastEventAt: null,
    lagSeconds: null,
    pollMilliseconds: null,
    requests: 0,
    events: 0,
    errors: 0,
    openRuns: 0,
    ...row,
  };
}

const unmapped: RunException = {
  code: "unmapped-member",
  class: "business",
  message: "Cost centre 7710 is not mapped",
  member: "7710",
  count: 14,
  amount: "22231.55",
  currency: "EUR",
};

export function partly(facts: KnownFacts, at: string): void {
  const short = { count: "106", debit: "127768.45", credit: "50000.00", net: "77768.45" };
  const runs = facts.loaded("DE01", at);
  const load = facts.ran("plan", {
    ...runs[2]!,
    entity: "DE01",
    startedAt: runs[2]!.startedAt!,
    qualifier: "partial",
    rowsRejected: 14,
    exceptions: [unmapped],
  });
  facts.holds("plan", "DE01", at, short, load);
  facts.holds("board", "DE01", at, short, runs[3]!);
}
