import Big from "big.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BreakCause } from "../../schemas/wire/break.ts";
import type { RunException } from "../../schemas/event/facets.ts";
import { reconcileScene, type Book, type Measures } from "../../test/reconcile-scene.ts";
import { smallEstate } from "../../test/small-estate.ts";

/** Plants one kind of break into an account's figures; null where the account is lost altogether. */
type Plant = (from: Required<Measures>, account: string) => { to: Measures | null; refused?: RunException };

const times = (measures: Required<Measures>, factor: number): Measures => ({
  count: Big(measures.count).times(factor).toFixed(),
  debit: Big(measures.debit).times(factor).toFixed(),
  credit: Big(measures.credit).times(factor).toFixed(),
  net: Big(measures.net).times(factor).toFixed(),
});
const short = (measures: Required<Measures>, amount: Big, rows: number): Measures => ({
  count: Big(measures.count).minus(rows).toFixed(),
  debit: Big(measures.debit).minus(amount).toFixed(),
  credit: measures.credit,
  net: Big(measures.net).minus(amount).toFixed(),
});
const refused = (code: RunException["code"], account: string, amount: Big): RunException => ({
  ...{ code, class: "business", message: `${account} was refused`, dimension: "Account", member: account },
  ...{ count: 2, amount: amount.toFixed(), currency: "EUR" },
});
const part = ({ debit }: Required<Measures>) => Big(debit).times("0.37").round(2);

const PLANTS: Partial<Record<BreakCause, Plant>> = {
  sign: (from) => ({
    to: { count: from.count, debit: from.credit, credit: from.debit, net: Big(from.net).neg().toFixed() },
  }),
  duplicate: (from) => ({ to: times(from, 2) }),
  "missing-side": () => ({ to: null }),
  count: (from) => ({ to: { ...from, count: Big(from.count).plus(1).toFixed() } }),
  rounding: (from) => ({ to: short(from, Big("0.03"), 0) }),
  unmapped: (from, account) => ({
    to: short(from, part(from), 2),
    refused: refused("unmapped-member", account, part(from)),
  }),
  rejected: (from, account) => ({
    to: short(from, part(from), 2),
    refused: refused("master-mismatch", account, part(from)),
  }),
  unknown: (from) => ({ to: short(from, part(from), -3) }),
};
const KINDS = Object.keys(PLANTS) as BreakCause[];

const cents = (least: number, most: number) =>
  fc.integer({ min: least * 100, max: most * 100 }).map((amount) => Big(amount).div(100));
const figures = fc
  .record({
    count: fc.integer({ min: 20, max: 9_000 }),
    debit: cents(1_000, 900_000),
    share: fc.integer({ min: 5, max: 90 }),
  })
  .map(({ count, debit, share }): Required<Measures> => {
    const credit = debit.times(share).div(100).round(2);
    return {
      count: String(count),
      debit: debit.toFixed(),
      credit: credit.toFixed(),
      net: debit.minus(credit).toFixed(),
    };
  });
const accounts = fc.uniqueArray(fc.integer({ min: 400_000, max: 699_999 }).map(String), {
  minLength: 1,
  maxLength: 25,
});
const HOPS = ["extract", "message", "plan", "board"] as const;
const plan = fc.record({
  accounts: accounts.chain((codes) =>
    fc.tuple(
      ...codes.map((account) =>
        fc.record({ account: fc.constant(account), figures, kind: fc.option(fc.constantFrom(...KINDS), { freq: 2 }) }),
      ),
    ),
  ),
  hop: fc.constantFrom(...HOPS),
});

const byAccount = () =>
  smallEstate({
    reconciliations: [{ ...smallEstate().reconciliations[0], grain: ["entity", "ledger", "account", "currency"] }],
  });

type Planned = Parameters<Parameters<typeof plan.map>[0]>[0];

/** The source's book up to the hop, the damaged one from it on. */
function play({ accounts: planned, hop }: Planned, order: (list: string[]) => string[] = (list) => list) {
  const scene = reconcileScene(byAccount());
  const whole: Book = {};
  const damaged: Book = {};
  const exceptions: RunException[] = [];
  for (const account of order(planned.map((each) => each.account))) {
    const { figures: from, kind } = planned.find((each) => each.account === account)!;
    const planted = kind ? PLANTS[kind]!(from, account) : { to: from };
    whole[account] = from;
    if (planted.to) damaged[account] = planted.to;
    if (planted.refused) exceptions.push(planted.refused);
  }
  const at = HOPS.indexOf(hop);
  for (const [index, dataset] of ["ledger", ...HOPS].entries()) {
    scene.holds(dataset, index > at ? damaged : whole, index === at + 1 ? { run: { exceptions } } : {});
  }
  return scene;
}

const told = (scene: ReturnType<typeof play>) =>
  scene
    .breaks()
    .map(({ hop, account, cause }) => ({ hop, account, cause }))
    .sort((a, b) => (a.account < b.account ? -1 : 1));

describe("planted breaks of every kind", () => {
  it("are all found, at their hop, with their cause, and nothing else is", () => {
    fc.assert(
      fc.property(plan, (planned) => {
        // A load that lost every row has reported nothing, which is no break but no data.
        fc.pre(planned.accounts.some(({ kind }) => kind !== "missing-side"));
        // An extract that differs from the ledger after the cut-off is short of late postings, whatever else it is.
        const cause = (kind: BreakCause) => (planned.hop === "extract" ? "late" : kind);
        const planted = planned.accounts
          .flatMap(({ account, kind }) => (kind ? [{ hop: planned.hop, account, cause: cause(kind) }] : []))
          .sort((a, b) => (a.account < b.account ? -1 : 1));
        expect(told(play(planned))).toEqual(planted.map((each) => expect.objectContaining(each)));
      }),
      { numRuns: 300 },
    );
  });

  it("are the same breaks in whatever order figures are told, and when they are told again", () => {
    fc.assert(
      fc.property(plan, (planned) => {
        const scene = play(planned);
        const first = scene.breaks();
        expect(play(planned, (list) => list.toReversed()).breaks()).toEqual(first);
        expect(scene.breaks()).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });
});
