import type { SimRejection } from "../../collectors/sandbox.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Fault, Scenario } from "../scenario.ts";
import { batchLines, type BatchLine } from "./batch-lines.ts";
import { createBook, type AccountTotals, type Book } from "./book.ts";
import type { FlowJob } from "./flow-jobs.ts";
import { decimalOf } from "./money.ts";
import { postPeriod } from "./post-period.ts";
import type { Batch } from "./tracked-run.ts";
import type { WorkDays } from "./work-days.ts";

const DAY = 86_400_000;
/** A cost centre is added about so often. */
const DAYS_A_COST_CENTRE = 19;

type RejectedRows = Extract<Fault, { kind: "rejected-rows" }>;

/** The figures behind batches: ledgers by entity and period, posted when first asked for, and lists of cost centres. */
export interface Books {
  /** Rows of a batch without those refused. */
  rows(batch: Batch, refused: readonly string[]): number;
  /** What a batch adds up to without the rows refused: by account, or the count alone (account "") for master data. */
  totals(batch: Batch, refused: readonly string[]): AccountTotals[];
  /** The lines of a batch without those refused, in order of time; none where it carries a list. */
  lines(batch: Batch, refused: readonly string[]): BatchLine[];
  /** What a flow's source holds at an instant: the whole ledger with its balance-sheet accounts, or the list. */
  source(flow: string, entity: string, period: string, at: number): AccountTotals[];
  /** The rows of a batch the fault's model refuses; null when it carries none. */
  rejected(fault: RejectedRows, batch: Batch): SimRejection | null;
}

export function createBooks(given: {
  seed: number;
  estate: Estate;
  scenario: Scenario;
  days: WorkDays;
  jobs: readonly FlowJob[];
}): Books {
  const { seed, estate, scenario, days, jobs } = given;
  const books = new Map<string, Book>();
  const entities = new Map(estate.entities.map((entity) => [entity.id, entity]));
  const numbered = new Map<string, BatchLine[]>();
  const post = (entity: string, period: string) => postPeriod(seed, scenario, days, entities.get(entity)!, period);
  const bookOf = (entity: string, period: string) => {
    const key = `${entity}|${period}`;
    const known = books.get(key);
    if (known) return known;
    const book = createBook(post(entity, period));
    books.set(key, book);
    return book;
  };
  /** Posted once more where lines are asked for: a book keeps none, of all there are. */
  const linesOf = (entity: string, period: string) => {
    const key = `${entity}|${period}`;
    const known = numbered.get(key) ?? batchLines(scenario, seed, entity, post(entity, period));
    numbered.set(key, known);
    return known;
  };
  /** A flow that begins with an extract carries postings; the others carry members of a list. */
  const postings = new Set(jobs.filter(({ hop, kind }) => hop === 0 && kind === "extract").map(({ flow }) => flow));
  const listed = (entity: string, at: number) => {
    const since = Math.floor((at - Date.parse(scenario.from)) / DAY / DAYS_A_COST_CENTRE);
    return scenario.entities[entity]!.costCentres + Math.max(0, since);
  };
  const members = (entity: string, at: number): AccountTotals[] => [
    { account: "", count: listed(entity, at), debit: decimalOf(0), credit: decimalOf(0), net: decimalOf(0) },
  ];
  return {
    source: (flow, entity, period, at) =>
      postings.has(flow) ? bookOf(entity, period).totals(at, "all", []) : members(entity, at),
    rows({ flow, entity, period, snapshotAsOf }, refused) {
      if (!postings.has(flow)) return listed(entity, snapshotAsOf);
      const book = bookOf(entity, period);
      return refused.reduce((left, tag) => left - book.tagged(tag, snapshotAsOf).length, book.count(snapshotAsOf));
    },
    totals({ flow, entity, period, snapshotAsOf }, refused) {
      if (!postings.has(flow)) return members(entity, snapshotAsOf);
      return bookOf(entity, period).totals(snapshotAsOf, "travelling", refused);
    },
    lines({ flow, entity, period, snapshotAsOf }, refused) {
      if (!postings.has(flow)) return [];
      return linesOf(entity, period).filter(
        ({ at, tag }) => at <= snapshotAsOf && (tag === null || !refused.includes(tag)),
      );
    },
    rejected(fault, batch) {
      if (fault.flow !== batch.flow || fault.entity !== batch.entity || fault.period !== batch.period) return null;
      const lines = bookOf(batch.entity, batch.period).tagged(fault.id, batch.snapshotAsOf);
      if (lines.length === 0) return null;
      const { currency } = entities.get(batch.entity)!;
      return {
        ...{ kind: fault.rejection, dimension: fault.dimension, member: fault.member, count: lines.length, currency },
        amount: decimalOf(lines.reduce((sum, line) => sum + line.debit - line.credit, 0)),
        documentRefs: [...new Set(lines.map((line) => line.document))],
      };
    },
  };
}
