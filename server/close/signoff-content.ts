import canonicalize from "canonicalize";
import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity, Estate } from "../../schemas/estate/estate.ts";
import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { Total } from "../../schemas/run.ts";
import type { SignedBalance, SignoffContent } from "../../schemas/wire/signoff.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Judging } from "../checks/flow-view.ts";
import type { Decisions } from "./decisions.ts";
import type { Period } from "./periods.ts";

export type SignoffMilestone = Milestone & { gate: Extract<Milestone["gate"], { kind: "signoff" }> };

export interface Signed {
  content: SignoffContent;
  /** SHA-256 of the content's canonical JSON. */
  digest: string;
}

/**
 * What a sign-off of a milestone binds as things stand: the balances at every leg of the entity's reconciliations, the
 * rules, mappings and rates they are compared by, materiality, explanations and the calendar. When a figure was loaded,
 * and by which run, is not part of it: loading the same again changes nothing.
 *
 * @param waivers ids of waivers of gates it rests on
 */
export function signedNow(
  judging: Judging,
  decisions: Decisions,
  at: { entity: Entity; period: Period; milestone: SignoffMilestone },
  waivers: readonly string[],
): Signed {
  const { estate, calendars } = judging;
  const { entity, period, milestone } = at;
  const index = indexOf(estate);
  const rules = index.flowsOf(entity.id).flatMap((flow) => index.reconciliationsOf(flow.id));
  const digest = (declared: unknown) => decisions.digestOf(canonicalText(declared));
  const content: SignoffContent = {
    schema: "tieout-signoff/1",
    estate: estate.estate.name,
    entity: entity.id,
    period: period.period,
    milestone: milestone.id,
    close: milestone.gate.close,
    balances: balancesOf(judging, rules, entity, period),
    rules: rules.map((rule) => ({ id: rule.id, digest: digest(rule) })),
    mappings: mappingsOf(estate, rules).map((mapping) => ({ id: mapping.id, digest: digest(mapping) })),
    rates: ratesOf(estate, rules).map((rates) => ({ id: rates.id, digest: digest(rates) })),
    materiality: entity.materiality,
    calendarVersion: calendars.milestoneDeadline(period, entity.id, milestone).calendarVersion,
    explanations: decisions
      .of(entity.id)
      .explanations.toSorted(byId)
      .map((each) => ({ ...each })),
    waivers: [...waivers].sort(),
  };
  return { content, digest: decisions.digestOf(canonicalText(content)) };
}

/** RFC 8785 canonical JSON. */
export function canonicalText(value: unknown): string {
  return canonicalize(value) as string;
}

function balancesOf(judging: Judging, rules: readonly Reconciliation[], entity: Entity, period: Period) {
  const { estate, facts } = judging;
  const index = indexOf(estate);
  const legs = new Map<string, { dataset: string; version: string }>();
  for (const rule of rules) {
    for (const dataset of rule.legs) {
      const version = rule.versions[dataset] ?? index.flow(rule.flow).version;
      legs.set(`${dataset}\n${version}`, { dataset, version });
    }
  }
  return [...legs.values()].map(({ dataset, version }) => ({
    dataset,
    version,
    rows: rowsOf(facts.totals(index.name(dataset), entity.id, period.period, version)),
  }));
}

/** One row for each ledger, account and currency, in a fixed order whatever order they were reported in. */
function rowsOf(totals: readonly Total[]): SignedBalance[] {
  const rows = new Map<string, SignedBalance>();
  for (const { ledger, account, currency, measure, value } of totals) {
    const key = `${ledger}\n${account}\n${currency}`;
    rows.set(key, { ...(rows.get(key) ?? { ledger, account, currency }), [measure]: value });
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** Mappings between datasets the rules compare, and those the rules name. */
function mappingsOf(estate: Estate, rules: readonly Reconciliation[]) {
  const legs = new Set(rules.flatMap((rule) => rule.legs));
  const named = new Set(rules.flatMap((rule) => rule.mappings));
  return estate.mappings.filter(({ id, from, to }) => named.has(id) || (legs.has(from) && legs.has(to)));
}

function ratesOf(estate: Estate, rules: readonly Reconciliation[]) {
  const named = new Set(rules.flatMap((rule) => rule.translations.map(({ rateSet }) => rateSet)));
  return estate.rates.filter(({ id }) => named.has(id));
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}
