import Holidays from "date-holidays";
import { writeFileSync } from "node:fs";
import { computedHolidays } from "./close/public-holidays.ts";

/**
 * `npm run holidays`: writes the public holidays of every country the library knows to `close/holidays.json`, one text
 * of `MMDD` a year. Run by hand when the library is updated; what changes is then seen in the diff.
 */
const FIRST_YEAR = 2019;
const LAST_YEAR = 2036;

const countries = Object.keys(new Holidays().getCountries() ?? {}).sort();
const lines = countries.map((country) => {
  const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, at) => {
    const year = String(FIRST_YEAR + at);
    const dates = [...computedHolidays(country, undefined, Number(year)).keys()];
    return dates
      .filter((date) => date.startsWith(year))
      .map((date) => date.slice(5, 7) + date.slice(8, 10))
      .join(" ");
  });
  return `    ${JSON.stringify(country)}: ${JSON.stringify(years)}`;
});
const text = `{\n  "firstYear": ${FIRST_YEAR},\n  "countries": {\n${lines.join(",\n")}\n  }\n}\n`;
writeFileSync(new URL("./close/holidays.json", import.meta.url), text);
