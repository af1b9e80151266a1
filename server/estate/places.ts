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

const countries = new Set(Object.keys(new Holidays().getCountries() ?? {}));

export function checkCountry(country: string, path: Path, complain: Complain): void {
  if (!countries.has(country))
    complain(path, `no holidays are known for country “${country}”`, "an ISO 3166 code such as DE");
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

export function checkCurrency(currency: string, path: Path, complain: Complain): void {
  if (!currencies.has(currency)) complain(path, `there is no currency “${currency}”`, "an ISO 4217 code such as EUR");
}
