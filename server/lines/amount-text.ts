import type { LineLayout } from "../../schemas/event/line-layout.ts";

type Numbers = Pick<LineLayout, "decimal" | "group" | "negative">;

/** Digits before and after the point that fit the store, Decimal(38, 12). */
export const WHOLE_DIGITS = 26;
export const DECIMALS = 12;

/** Amounts as the layout writes them, as a regular expression that means the same to JavaScript and to the engine. */
export function amountPattern({ decimal, group, negative }: Numbers): string {
  const grouped = group === "" ? "" : `|[0-9]{1,3}(?:[${group}][0-9]{3}){1,7}`;
  const body = `(?:[0-9]{1,${WHOLE_DIGITS}}${grouped})(?:[${decimal}][0-9]{1,${DECIMALS}})?`;
  if (negative === "trailing") return `^(?:-?${body}|${body}-)$`;
  if (negative === "parentheses") return `^(?:-?${body}|[(]${body}[)])$`;
  return `^-?${body}$`;
}

/** Whether amounts are written plainly, as the engine reads them without more ado. */
export function isPlain({ decimal, group, negative }: Numbers): boolean {
  return decimal === "." && group === "" && negative === "minus";
}

/** Why a text is no amount under its layout, or null when it is one. */
export function amountFlaw(text: string, layout: Numbers): string | null {
  if (new RegExp(amountPattern(layout)).test(text)) return null;
  if (text === "") return "is empty";
  const shown = `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
  if (layout.negative !== "parentheses" && /^\([\d.,' ]+\)$/.test(text))
    return `${shown} is in parentheses; declare negative=parentheses if that means below zero`;
  if (layout.negative !== "trailing" && /^[\d.,' ]+-$/.test(text))
    return `${shown} ends in a minus; declare negative=trailing if that means below zero`;
  const digits = text.replace(/^[-(]|[-)]$/g, "");
  const [whole = "", fraction = ""] = digits.split(layout.decimal);
  const plain = /^\d*$/;
  const wholeDigits = layout.group ? whole.replaceAll(layout.group, "") : whole;
  if (plain.test(wholeDigits) && plain.test(fraction) && digits.split(layout.decimal).length <= 2) {
    if (wholeDigits.length > WHOLE_DIGITS)
      return `${shown} has ${wholeDigits.length} digits before the point; at most ${WHOLE_DIGITS} can be kept exactly`;
    if (fraction.length > DECIMALS)
      return `${shown} has ${fraction.length} decimals; at most ${DECIMALS} can be kept exactly`;
  }
  if (/^-?[\d.,' ]+$/.test(text))
    return `${shown} is not written with decimal “${layout.decimal}” and ${
      layout.group === "" ? "no sign between thousands" : `“${layout.group}” between thousands`
    }; declare decimal and group as they are`;
  return `${shown} is not a number`;
}
