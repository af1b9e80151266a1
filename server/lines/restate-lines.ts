import type { AccountRange, Reconciliation, Translation } from "../../schemas/estate/flow.ts";
import type { RateKind } from "../../schemas/estate/rate-set.ts";
import { exactOf, exactText, magnitude, type Exact } from "../reconcile/exact.ts";
import { minorDigits } from "../reconcile/money.ts";
import { currencyAt, kindFor, memberOf, rateOf, stagesBetween, within, type Terms } from "../reconcile/transform.ts";
import type { Line } from "./line.ts";

/** What a rule declares to happen to single lines on their way from one leg to the next, in that order. */
export interface Restating {
  /** Only lines whose account lies in all of them travel. */
  accounts: readonly AccountRange[];
  /** Ids of the mappings, and the members they lead to, by the column they are of. */
  mappings: readonly string[];
  members: ReadonlyMap<MappedColumn, ReadonlyMap<string, string>>;
  translation: LineTranslation | null;
}

interface LineTranslation {
  declared: Translation;
  /** The currency it leads to. */
  to: string;
  /** By currency and kind as `rateKey` writes them; without those no one declared. */
  rates: ReadonlyMap<string, Exact>;
}

/** Columns a rule's mappings and filters know lines by; others are left as they are. */
type MappedColumn = "account" | "ledger";

function rateKey(currency: string, kind: RateKind): string {
  return `${currency} ${kind}`;
}

/** What a rule declares between a leg and the one before it; null where that is nothing. */
export function restatingBetween(rule: Reconciliation, to: number, terms: Terms): Restating | null {
  const stages = stagesBetween(rule, to - 1, to, terms.mapping);
  if (stages.length === 0) return null;
  const mappings = stages.flatMap((stage) => (stage.kind === "map" ? [stage.mapping] : []));
  const translation = stages.find((stage) => stage.kind === "translate")?.translation;
  return {
    accounts: stages.flatMap((stage) => (stage.kind === "filter" ? [stage.accounts] : [])),
    ...{ mappings, members: membersOf(mappings, terms) },
    translation: translation ? translationOf(translation, currencyAt(rule, to, terms), terms) : null,
  };
}

function membersOf(mappings: readonly string[], terms: Terms): Restating["members"] {
  const members = new Map<MappedColumn, Map<string, string>>();
  for (const id of mappings) {
    const mapping = terms.mapping(id);
    const column = mapping.dimension.toLowerCase() === "ledger" ? "ledger" : "account";
    const step = (member: string) => memberOf(mapping, member, terms.endsOn, terms.knownOn) ?? member;
    const led = new Map([...(members.get(column) ?? [])].map(([from, between]) => [from, step(between)]));
    for (const { from } of mapping.members) if (!led.has(from)) led.set(from, step(from));
    members.set(column, led);
  }
  return members;
}

function translationOf(declared: Translation, to: string, terms: Terms): LineTranslation {
  const set = terms.rateSet(declared.rateSet);
  const rates = new Map<string, Exact>();
  for (const currency of new Set(set.rates.map(({ from }) => from))) {
    for (const kind of [declared.rate, ...declared.except.map(({ rate }) => rate)]) {
      const rate = rateOf(set, currency, to, terms.period, kind);
      if (rate !== null && currency !== to) rates.set(rateKey(currency, kind), rate);
    }
  }
  return { declared, to, rates };
}

/** Rates some lines would need and no one declared, as `closing USD → EUR`. */
export function missingRates({ translation }: Restating, currencies: readonly string[]): string[] {
  if (!translation) return [];
  const { declared, to, rates } = translation;
  const kinds = new Set([declared.rate, ...declared.except.map(({ rate }) => rate)]);
  return currencies
    .filter((currency) => currency !== to)
    .flatMap((currency) =>
      [...kinds].filter((kind) => !rates.has(rateKey(currency, kind))).map((kind) => `${kind} ${currency} → ${to}`),
    );
}

/** The names of a line's columns. */
export interface LineColumns {
  keyColumns: readonly string[];
  dimensions: readonly string[];
}

/** A line as it should arrive, with what it was before where that is not the same; null for one a filter keeps back. */
export function restated(line: Line, restating: Restating, columns: LineColumns): Line | null {
  const account = valueOf(line, columns, "account");
  if (account !== "" && !restating.accounts.every((range) => within(account, range))) return null;
  const mapped = (names: readonly string[], values: readonly string[]) =>
    values.map((value, at) => restating.members.get(names[at]?.toLowerCase() as MappedColumn)?.get(value) ?? value);
  const arrived: Line = {
    ...line,
    key: mapped(columns.keyColumns, line.key),
    dimensions: mapped(columns.dimensions, line.dimensions),
  };
  const rate = restating.translation && rateFor(arrived, restating.translation, columns);
  if (restating.translation && rate !== null) {
    const { to } = restating.translation;
    const translated = exactOf(line.amount) * rate;
    const amount = exactText(rounded(translated, minorDigits(to)));
    return { ...arrived, amount, currency: to, translated, handedIn: line };
  }
  return JSON.stringify(arrived) === JSON.stringify(line) ? line : { ...arrived, handedIn: line };
}

/** Whether two lines of one key differ in nothing but what rounding a translated amount to its minor unit leaves open. */
export function alikeButRounded(left: Line, right: Line): boolean {
  if (left.translated === undefined || left.currency !== right.currency) return false;
  if (left.dimensions.some((value, at) => value !== right.dimensions[at])) return false;
  const off = magnitude(left.translated - exactOf(right.amount) * SCALE);
  return off * 2n <= SCALE * 10n ** BigInt(DIGITS - minorDigits(right.currency));
}

function rateFor(line: Line, { declared, rates }: LineTranslation, columns: LineColumns): Exact | null {
  return rates.get(rateKey(line.currency, kindFor(declared, valueOf(line, columns, "account")))) ?? null;
}

function valueOf({ key, dimensions }: Line, columns: LineColumns, column: MappedColumn): string {
  return [...key, ...dimensions][placeOf(columns, column)] ?? "";
}

/** Where a column stands among a line's, the key's first; −1 where it has none of that name. */
export function placeOf({ keyColumns, dimensions }: LineColumns, column: MappedColumn): number {
  return [...keyColumns, ...dimensions].findIndex((name) => name.toLowerCase() === column);
}

const DIGITS = 12;
const SCALE = 10n ** BigInt(DIGITS);

/** An amount of 10⁻²⁴ rounded half away from zero to so many digits, in 10⁻¹². */
function rounded(value: bigint, digits: number): Exact {
  const unit = 10n ** BigInt(2 * DIGITS - digits);
  const half = value < 0n ? -unit / 2n : unit / 2n;
  return ((value + half) / unit) * 10n ** BigInt(DIGITS - digits);
}
