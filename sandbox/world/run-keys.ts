import { seeded } from "./seeded.ts";

const HEX = "0123456789ABCDEF";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * A run's key as its vendor writes them: S/4HANA `<job name>/<run count>`, Integration Suite a message GUID of 28
 * characters, Anaplan a task id of 32 hex digits, Power BI a GUID.
 */
export function runKey(collector: string, seed: number, ...parts: (string | number)[]): string {
  const chance = seeded(seed, "key", collector, ...parts);
  const letters = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[chance.between(0, alphabet.length - 1)]).join("");
  switch (collector) {
    case "sap-s4hana":
      return `${letters(HEX, 20)}/${letters("0123456789", 8)}`;
    case "sap-integration-suite":
      return `AG${letters(URL_SAFE, 26)}`;
    case "anaplan":
      return letters(HEX, 32);
    default: {
      const hex = letters(HEX, 32).toLowerCase();
      return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join(
        "-",
      );
    }
  }
}
