import Holidays from "date-holidays";
import { Temporal } from "temporal-polyfill";
import type { Path } from "./estate-text.ts";
import type { Complain } from "./named.ts";

export function checkZone(zone: string, path: Path, complain: Complain): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
  } catch {
    complain(path, `there is no time zone “${zone}”`, "an IANA zone such as Europe/Berlin");
  }
}

const withHolidays = new Set(Object.keys(new Holidays().getCountries() ?? {}));
const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Whether public holidays are known for a country. */
export function hasHolidays(country: string): boolean {
  return withHolidays.has(country);
}

export function isCountry(country: string): boolean {
  return /^[A-Z]{2}$/.test(country) && names.of(country) !== undefined;
}

export function checkCountry(country: string, path: Path, complain: Complain): void {
  if (!isCountry(country)) complain(path, `there is no country “${country}”`, "an ISO 3166 code such as DE");
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

export function checkCurrency(currency: string, path: Path, complain: Complain): void {
  if (!currencies.has(currency)) complain(path, `there is no currency “${currency}”`, "an ISO 4217 code such as EUR");
}
