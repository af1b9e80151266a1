const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/**
 * The period `2026-10` in a vendor's name for it: `Oct-26`, `Oct 2026`, `OCT-2026`, `2026-10`, `2026/010`, `202610`;
 * null for anything else. Names of months are English, fiscal years calendar years.
 */
export function periodNamed(name: string | null | undefined): string | null {
  const text = name?.trim() ?? "";
  const byName = /^([A-Za-z]{3})[A-Za-z]*[- ](\d{4}|\d\d)$/.exec(text);
  const month = MONTHS.indexOf(byName?.[1]?.toUpperCase() ?? "") + 1;
  if (byName && month > 0) return `${byName[2]!.padStart(4, "20")}-${String(month).padStart(2, "0")}`;
  const byNumber = /^(\d{4})[-/.]?0?(\d\d)$/.exec(text);
  return byNumber ? `${byNumber[1]}-${byNumber[2]}` : null;
}

/** A period as Oracle's calendars are usually named: `Oct-26`. */
export function monthName(period: string): string {
  const month = MONTHS[Number(period.slice(5)) - 1] ?? "";
  return `${month.charAt(0)}${month.slice(1).toLowerCase()}-${period.slice(2, 4)}`;
}
