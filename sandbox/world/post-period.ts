import type { Entity } from "../../schemas/estate/estate.ts";
import type { Fault, Scenario, SpecialDocuments } from "../scenario.ts";
import {
  AVERAGE_LINE,
  CLOSING_DOCUMENTS,
  DAILY_DOCUMENTS,
  SETTLEMENT,
  travels,
  type DocumentKind,
} from "./accounts.ts";
import type { Line } from "./book.ts";
import { minorOf, splitMinor } from "./money.ts";
import { seeded, type Chance } from "./seeded.ts";
import { addDays, closeInstant, periodOf, type WorkDays } from "./work-days.ts";

/** Posting hours of an ordinary day, and when the closing postings of WD+1 and WD+2 fall. */
const OFFICE = { from: "07:10", to: "18:50" };
const CLOSING = [
  { workDay: 1, from: "06:20", to: "17:30", share: 0.05 },
  { workDay: 2, from: "06:40", to: "13:20", share: 0.03 },
];
const SETTLED = { workDay: 1, at: "16:40" };
const COUNTER_OF_SPECIALS = "179000";

/**
 * Every line an entity posts into a period, in order of time: ordinary documents over the work days (more in the last
 * three), closing entries on WD+1 and WD+2, a settlement that brings profit and loss to the scenario's net, and the
 * documents its faults ask for. The same seed posts the same ledger.
 */
export function postPeriod(seed: number, scenario: Scenario, days: WorkDays, entity: Entity, period: string): Line[] {
  const { documents, net } = scenario.entities[entity.id]!;
  const chance = seeded(seed, "ledger", entity.id, period);
  const lines: Line[] = [];
  let number = 0;
  const post = (kind: DocumentKind, at: number) =>
    postDocument(lines, kind, at, `19${period.slice(2, 4)}${String(++number).padStart(6, "0")}`, chance);

  for (const { from, to, count } of ordinaryDays(days, entity.id, period, documents)) {
    for (let left = count; left > 0; left--) post(weighted(DAILY_DOCUMENTS, chance), chance.between(from, to));
  }
  for (const { workDay, share, ...hours } of CLOSING) {
    const date = days.dateOf(entity.id, period, workDay);
    const from = days.instant(entity.id, date, hours.from);
    const to = days.instant(entity.id, date, hours.to);
    const count = Math.round(documents * share);
    for (let left = count; left > 0; left--) post(weighted(CLOSING_DOCUMENTS, chance), chance.between(from, to));
  }
  const special = scenario.faults.filter((fault) => fault.entity === entity.id && fault.period === period);
  const rejected = special.flatMap((fault) => specialLines(seed, days, entity.id, fault, "rejected-rows"));
  lines.push(...rejected);
  settle(lines, minorOf(net), period === scenario.netPeriod ? null : chance, days, entity.id, period);
  lines.push(...special.flatMap((fault) => specialLines(seed, days, entity.id, fault, "late-posting")));
  return lines.sort((a, b) => a.at - b.at);
}

function ordinaryDays(days: WorkDays, entity: string, period: string, documents: number) {
  const { startsOn, endsOn } = periodOf(period);
  const dates: string[] = [];
  for (let date = startsOn; date <= endsOn; date = addDays(date, 1)) {
    if (days.isWorkDay(entity, date)) dates.push(date);
  }
  const weight = (index: number) => (index >= dates.length - 3 ? 2.2 : 1);
  const whole = dates.reduce((sum, _date, index) => sum + weight(index), 0);
  return dates.map((date, index) => ({
    from: days.instant(entity, date, OFFICE.from),
    to: days.instant(entity, date, OFFICE.to),
    count: Math.round((documents * weight(index)) / whole),
  }));
}

function weighted(kinds: readonly DocumentKind[], chance: Chance): DocumentKind {
  let left = chance.next() * kinds.reduce((sum, kind) => sum + kind.weight, 0);
  return kinds.find((kind) => (left -= kind.weight) < 0) ?? kinds[0]!;
}

/** Amounts spread from a twentieth to several times the mean, as invoices do. */
function postDocument(lines: Line[], kind: DocumentKind, at: number, document: string, chance: Chance): void {
  let sum = 0;
  for (let left = chance.between(...kind.lines); left > 0; left--) {
    const spread = 0.05 - Math.log(1 - chance.next() * 0.995);
    const amount = Math.round(AVERAGE_LINE * kind.size * spread);
    lines.push({ at, account: chance.pick(kind.accounts), ...sided(kind.side, amount), tag: null, document });
    sum += amount;
  }
  const opposite = kind.side === "debit" ? "credit" : "debit";
  lines.push({ at, account: kind.counter, ...sided(opposite, sum), tag: null, document });
}

/** The month's production settlement; with chance, the net differs from the scenario's by up to a tenth. */
function settle(
  lines: Line[],
  net: number,
  chance: Chance | null,
  days: WorkDays,
  entity: string,
  period: string,
): void {
  const wanted = chance ? Math.round(net * (0.9 + 0.2 * chance.next())) : net;
  const posted = lines.reduce((sum, line) => (travels(line.account) ? sum + line.debit - line.credit : sum), 0);
  const at = closeInstant(days, entity, period, SETTLED);
  const document = `49${period.slice(2, 4)}000001`;
  const amount = Math.abs(wanted - posted);
  const side = wanted >= posted ? "debit" : "credit";
  const opposite = side === "debit" ? "credit" : "debit";
  lines.push({ at, account: SETTLEMENT.account, ...sided(side, amount), tag: null, document });
  lines.push({ at, account: SETTLEMENT.counter, ...sided(opposite, amount), tag: null, document });
}

function specialLines(seed: number, days: WorkDays, entity: string, fault: Fault, kind: Fault["kind"]): Line[] {
  if (fault.kind !== kind || !("posted" in fault)) return [];
  const { posted } = fault;
  const chance = seeded(seed, "posted", fault.id);
  const weights = Array.from({ length: posted.rows }, () => chance.between(4, 31));
  const from = closeInstant(days, entity, fault.period, posted.from);
  const to = closeInstant(days, entity, fault.period, posted.to);
  return splitMinor(minorOf(posted.amount), weights).flatMap((amount, row) => {
    const place = Math.floor((row * posted.documents) / posted.rows);
    const at = from + Math.floor(((to - from) * place) / Math.max(1, posted.documents - 1));
    return specialRow(posted, fault, amount, row, at, `19${fault.period.slice(2, 4)}9${documentOf(fault, place)}`);
  });
}

function specialRow(
  posted: SpecialDocuments,
  fault: Fault,
  amount: number,
  row: number,
  at: number,
  document: string,
): Line[] {
  const account = posted.accounts[row % posted.accounts.length]!;
  const [side, opposite] = amount < 0 ? (["credit", "debit"] as const) : (["debit", "credit"] as const);
  const tag = fault.id;
  return [
    { at, account, ...sided(side, Math.abs(amount)), tag, document },
    { at, account: COUNTER_OF_SPECIALS, ...sided(opposite, Math.abs(amount)), tag, document },
  ];
}

function documentOf(fault: Fault, place: number): string {
  return String(seeded(0, fault.id).between(10000, 89999) + place);
}

function sided(side: "debit" | "credit", amount: number): { debit: number; credit: number } {
  return side === "debit" ? { debit: amount, credit: 0 } : { debit: 0, credit: amount };
}
