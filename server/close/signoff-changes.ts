import type { Estate } from "../../schemas/estate/estate.ts";
import type { SignedBalance, SignoffChange, SignoffContent } from "../../schemas/wire/signoff.ts";
import { canonicalText } from "./signoff-content.ts";

const MEASURES = ["count", "debit", "credit", "net"] as const;

/** What differs between what was signed and what stands now, balances first, each named as people know it. */
export function signoffChanges(estate: Estate, before: SignoffContent, after: SignoffContent): SignoffChange[] {
  const title = (list: readonly { id: string; title: string }[], id: string) =>
    list.find((each) => each.id === id)?.title ?? id;
  const declared = (what: SignoffChange["what"], titleOf: (id: string) => string) => {
    const key = ({ mapping: "mappings", rule: "rules", rates: "rates" } as const)[what as "rule"];
    return byKey(before[key], after[key], ({ id }) => id).map(([id, was, is]) =>
      change(what, titleOf(id), was && version(was.digest), is && version(is.digest)),
    );
  };
  const mappingTitle = (id: string) =>
    `${estate.mappings.find((each) => each.id === id)?.dimension ?? "Mapping"} (${id})`;
  return [
    ...balanceChanges(before, after, (id) => title(estate.datasets, id)),
    ...declared("rule", (id) => title(estate.reconciliations, id)),
    ...declared("mapping", mappingTitle),
    ...declared("rates", (id) => `Rates ${id}`),
    ...byKey(before.explanations, after.explanations, ({ id }) => id).map(([, was, is]) =>
      change("explanation", title(estate.reconciliations, (was ?? is)!.rule), explained(was), explained(is)),
    ),
    ...byKey(before.waivers, after.waivers, (id) => id).map(([, was, is]) =>
      change("waiver", "A waiver it rested on", was && "in force", is && "in force"),
    ),
    ...(before.materiality === after.materiality
      ? []
      : [change("materiality", "Materiality", before.materiality, after.materiality)]),
    ...(before.calendarVersion === after.calendarVersion
      ? []
      : [change("calendar", "Close calendar", version(before.calendarVersion), version(after.calendarVersion))]),
  ];
}

/** `Universal journal, account 620000, net: 1000.00 → 62480.00 GBP`, one sentence for the first few of them. */
export function changesText(changes: readonly SignoffChange[]): string {
  const [first] = changes;
  if (!first) return "what was signed has changed since.";
  const said = `${first.title}: ${first.before ?? "none"} → ${first.after ?? "none"}`;
  return changes.length === 1 ? `${said}.` : `${said}, and ${changes.length - 1} more.`;
}

function balanceChanges(before: SignoffContent, after: SignoffContent, titleOf: (dataset: string) => string) {
  const datasets = byKey(before.balances, after.balances, ({ dataset, version: of }) => `${dataset} ${of}`);
  return datasets.flatMap(([, was, is]) => {
    const { dataset } = (was ?? is)!;
    return byKey(was?.rows ?? [], is?.rows ?? [], rowKey).flatMap(([, from, to]) =>
      MEASURES.filter((measure) => from?.[measure] !== to?.[measure]).map((measure): SignoffChange => {
        const { account, currency } = (from ?? to)!;
        const unit = measure === "count" || currency === "" ? "" : ` ${currency}`;
        const value = (row: SignedBalance | null) => (row?.[measure] === undefined ? null : `${row[measure]}${unit}`);
        const place = account === "" ? "" : `, account ${account}`;
        return { ...change("balance", `${titleOf(dataset)}${place}, ${measure}`, value(from), value(to)), dataset };
      }),
    );
  });
}

/** Pairs that differ, by key, in the order of the keys; null where one side has none. */
function byKey<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (each: T) => string,
): [string, T | null, T | null][] {
  const was = new Map(before.map((each) => [keyOf(each), each]));
  const is = new Map(after.map((each) => [keyOf(each), each]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .map((key): [string, T | null, T | null] => [key, was.get(key) ?? null, is.get(key) ?? null])
    .filter(([, one, other]) => canonicalText(one) !== canonicalText(other));
}

function change(
  what: SignoffChange["what"],
  title: string,
  before: string | null,
  after: string | null,
): SignoffChange {
  return { what, title, before, after, dataset: null };
}

function rowKey({ ledger, account, currency }: SignedBalance): string {
  return `${ledger}\n${account}\n${currency}`;
}

function explained(each: SignoffContent["explanations"][number] | null): string | null {
  return each && `${each.amount} ${each.unit}, ${each.state}: ${each.text}`;
}

/** Enough of a digest to tell two apart by eye. */
function version(digest: string): string {
  return digest.slice(0, 8);
}
