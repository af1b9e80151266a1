import type { AccountRange, Mapping, Reconciliation, Translation } from "../../schemas/estate/flow.ts";
import type { RateKind, RateSet } from "../../schemas/estate/rate-set.ts";
import type { Entry } from "./cells.ts";
import { exactOf, product, type Exact } from "./exact.ts";

/** What transforming figures rests on beside the rule. */
export interface Terms {
  mapping(id: string): Mapping;
  rateSet(id: string): RateSet;
  period: string;
  /** The period's last day: the day a member's validity is judged at. */
  endsOn: string;
  /** What was known of mappings by the end of this day. */
  knownOn: string;
  entityCurrency: string;
  groupCurrency: string;
}

export type Stage =
  | { kind: "filter"; accounts: AccountRange }
  | { kind: "map"; mapping: string }
  | { kind: "translate"; translation: Translation };

export interface Transformed {
  entries: Entry[];
  /** Entries a declared filter keeps back, as they were before. */
  filtered: Entry[];
  /** Entries whose member no mapping knows; they travel on under their own code and so stay in the equation. */
  unmapped: Entry[];
  /** Rates asked for that no one declared, in words. */
  missingRates: string[];
}

/** What is declared to happen to figures on their way from one leg to a later one, in its order. */
export function stagesBetween(rule: Reconciliation, from: number, to: number, mappings: Terms["mapping"]): Stage[] {
  if (rule.mappings.length + rule.translations.length + rule.filters.length === 0) return [];
  return rule.legs
    .slice(from + 1, to + 1)
    .flatMap((leg): Stage[] => [
      ...rule.filters
        .filter((filter) => filter.leg === leg)
        .map(({ accounts }): Stage => ({ kind: "filter", accounts })),
      ...rule.mappings.filter((id) => mappings(id).to === leg).map((mapping): Stage => ({ kind: "map", mapping })),
      ...rule.translations
        .filter((translation) => translation.leg === leg)
        .map((translation): Stage => ({ kind: "translate", translation })),
    ]);
}

/** The currency a leg's own figures are in where they do not say. */
export function currencyAt(rule: Reconciliation, leg: number, terms: Terms): string {
  if (rule.translations.length === 0) return terms.entityCurrency;
  const last = rule.translations.findLast((translation) => rule.legs.indexOf(translation.leg) <= leg);
  return last ? currencyOf(last, terms) : terms.entityCurrency;
}

function currencyOf({ to }: Translation, terms: Terms): string {
  if (to === "entity") return terms.entityCurrency;
  return to === "group" ? terms.groupCurrency : to;
}

export function transformed(entries: readonly Entry[], stages: readonly Stage[], terms: Terms): Transformed {
  const result: Transformed = { entries: [...entries], filtered: [], unmapped: [], missingRates: [] };
  for (const stage of stages) {
    if (stage.kind === "filter") keepBack(result, stage.accounts);
    if (stage.kind === "map") remap(result, terms.mapping(stage.mapping), terms);
    if (stage.kind === "translate") translate(result, stage.translation, terms);
  }
  return result;
}

function keepBack(result: Transformed, accounts: AccountRange): void {
  // Figures that know no accounts cannot be told apart, so none is kept back.
  const passes = ({ account }: Entry) => account === "" || within(account, accounts);
  result.filtered.push(...result.entries.filter((entry) => !passes(entry)));
  result.entries = result.entries.filter(passes);
}

export function within(account: string, { from, to }: AccountRange): boolean {
  return account >= from && account <= to;
}

function remap(result: Transformed, mapping: Mapping, terms: Terms): void {
  const dimension = mapping.dimension.toLowerCase() === "ledger" ? "ledger" : "account";
  result.entries = result.entries.map((entry) => {
    const member = entry[dimension];
    if (member === "") return entry;
    const to = memberOf(mapping, member, terms.endsOn, terms.knownOn);
    if (to !== null) return { ...entry, [dimension]: to };
    result.unmapped.push(entry);
    return entry;
  });
}

/** Where a member led on a day, as far as was known by the end of another; of several the one recorded last. */
export function memberOf(mapping: Mapping, from: string, on: string, knownOn: string): string | null {
  let best: Member | null = null;
  for (const member of membersOf(mapping).get(from) ?? []) {
    if (member.validFrom > on || (member.validTo ?? on) < on) continue;
    if ((member.recordedOn ?? "") > knownOn) continue;
    if (!best || (member.recordedOn ?? "") >= (best.recordedOn ?? "")) best = member;
  }
  return best?.to ?? null;
}

type Member = Mapping["members"][number];

const members = new WeakMap<Mapping, Map<string, Member[]>>();

function membersOf(mapping: Mapping): Map<string, Member[]> {
  let known = members.get(mapping);
  if (!known) members.set(mapping, (known = Map.groupBy(mapping.members, ({ from }) => from)));
  return known;
}

function translate(result: Transformed, translation: Translation, terms: Terms): void {
  const to = currencyOf(translation, terms);
  const set = terms.rateSet(translation.rateSet);
  const missing = new Set<string>();
  result.entries = result.entries.map((entry) => {
    if (entry.currency === to) return entry;
    if (entry.measure === "count") return { ...entry, currency: to };
    const kind = kindFor(translation, entry.account);
    const rate = rateOf(set, entry.currency, to, terms.period, kind);
    if (rate === null) {
      missing.add(`${kind} rate ${entry.currency} → ${to} for ${terms.period} in ${set.title}`);
      return entry;
    }
    return { ...entry, currency: to, value: product(entry.value, rate) };
  });
  result.missingRates.push(...missing);
}

export function kindFor(translation: Translation, account: string): RateKind {
  return translation.except.find(({ accounts }) => within(account, accounts))?.rate ?? translation.rate;
}

export function rateOf(set: RateSet, from: string, to: string, period: string, kind: RateKind): Exact | null {
  let known = rates.get(set);
  if (!known) {
    known = new Map(set.rates.map((rate) => [[rate.from, rate.to, rate.period, rate.kind].join(), exactOf(rate.rate)]));
    rates.set(set, known);
  }
  return known.get([from, to, period, kind].join()) ?? null;
}

const rates = new WeakMap<RateSet, Map<string, Exact>>();
