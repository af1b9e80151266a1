import { exactText } from "../reconcile/exact.ts";
import { minorDigits } from "../reconcile/money.ts";
import type { ComparedSide } from "./compared-side.ts";
import { placeOf, type LineColumns, type Restating } from "./restate-lines.ts";

/** Stands in lists that would be empty; no line says it. */
const NOTHING = "\u0000";

/** What a rule declares, as the engine is asked: places count from 1. */
export function restatedParams(left: ComparedSide, right: ComparedSide, compared: readonly string[]) {
  const { declared, keyColumns, dimensions } = left.restating!;
  const names = [...keyColumns, ...dimensions];
  const members = names.flatMap((name, at) =>
    [...(declared.members.get(name.toLowerCase() as "account") ?? [])].map(([from, to]) => [
      `${at + 1}\u001f${from}`,
      to,
    ]),
  );
  const { translation } = declared;
  const except = translation?.declared.except ?? [];
  const rates = [...(translation?.rates ?? [])];
  const places = (side: readonly string[]) => compared.map((name) => keyColumns.length + side.indexOf(name) + 1);
  return {
    ...keptBackParams(declared, left.restating!),
    ...{ rightSign: right.sign, keyColumns: keyColumns.length },
    rekeyed: keyColumns.some((name) => declared.members.has(name.toLowerCase() as "account")),
    memberFrom: filled(members.map(([from = ""]) => from)),
    memberTo: filled(members.map(([, to = ""]) => to)),
    exceptFrom: filled(except.map(({ accounts }) => accounts.from)),
    exceptTo: filled(except.map(({ accounts }) => accounts.to)),
    kinds: [...except.map(({ rate }) => rate), translation?.declared.rate ?? NOTHING],
    rateOf: filled(rates.map(([key]) => key)),
    rates: filled(rates.map(([, rate]) => exactText(rate))),
    ...{ translatedTo: translation?.to ?? "", digits: minorDigits(translation?.to ?? "") },
    ...{ leftPlaces: places(left.dimensions), rightPlaces: places(right.dimensions) },
  };
}

/** What a rule's filters keep back, as the engine is asked. */
export function keptBackParams(declared: Restating, columns: LineColumns) {
  return {
    accountAt: placeOf(columns, "account") + 1,
    filterFrom: declared.accounts.map(({ from }) => from),
    filterTo: declared.accounts.map(({ to }) => to),
  };
}

function filled(list: string[]): string[] {
  return list.length > 0 ? list : [NOTHING];
}
