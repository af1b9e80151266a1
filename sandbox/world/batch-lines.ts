import type { Fault, Scenario } from "../scenario.ts";
import { travels } from "./accounts.ts";
import type { Line } from "./book.ts";
import { decimalOf } from "./money.ts";
import { seeded } from "./seeded.ts";

/** A line of a ledger as an extract carries it. */
export interface BatchLine {
  at: number;
  document: string;
  /** Its place in the document, from 1. */
  line: number;
  account: string;
  costCentre: string;
  /** Debit less credit, decimal text. */
  amount: string;
  /** The fault that made it; null for ordinary ones. */
  tag: string | null;
}

/** Cost centres are numbered from here, ten apart. */
const FIRST_COST_CENTRE = 1000;

/**
 * The travelling lines of a ledger, with what only lines tell: their place in the document and a cost centre, drawn by the
 * document's name, or the one a fault's member ends with.
 * @param lines a period's whole ledger, in order of time
 */
export function batchLines(scenario: Scenario, seed: number, entity: string, lines: readonly Line[]): BatchLine[] {
  const centres = scenario.entities[entity]!.costCentres;
  const memberOf = new Map(scenario.faults.map((fault) => [fault.id, lastMember(fault)]));
  const places = new Map<string, number>();
  return lines.flatMap(({ at, document, account, debit, credit, tag }) => {
    const line = (places.get(document) ?? 0) + 1;
    places.set(document, line);
    if (!travels(account)) return [];
    const drawn = seeded(seed, entity, document, line).between(0, centres - 1);
    const costCentre = memberOf.get(tag ?? "") ?? String(FIRST_COST_CENTRE + 10 * drawn);
    return [{ at, document, line, account, costCentre, amount: decimalOf(debit - credit), tag }];
  });
}

/** `620000 × 2200` → `2200`. */
function lastMember(fault: Fault): string | undefined {
  return fault.kind === "rejected-rows" ? fault.member.split(" ").at(-1) : undefined;
}
