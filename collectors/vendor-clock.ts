import type { Tools } from "./collector.ts";

/** Clocks this far apart are told; less is a network's or a busy machine's doing. */
const TOLERATED = 5 * 60_000;

export interface VendorClock {
  /** Learns from an answer's `Date`. */
  heard(headers: Headers, sentAt: Date): void;
  now(): Date;
}

/**
 * What time it is at the vendor. Its `Date` must fall between sending and hearing; where it is minutes off, somebody is
 * told and reading goes by the vendor's clock, so that nothing it writes is taken for read before it was.
 */
export function createVendorClock({ clock, noticed }: Pick<Tools, "clock" | "noticed">, host: string): VendorClock {
  let ahead = 0;
  return {
    heard(headers, sentAt) {
      const said = Date.parse(headers.get("date") ?? "");
      if (!Number.isFinite(said)) return;
      const early = said - sentAt.getTime() + TOLERATED;
      const late = said - clock.now().getTime() - TOLERATED;
      const before = ahead;
      ahead = early < 0 || late > 0 ? said - clock.now().getTime() : 0;
      if (ahead !== 0 && before === 0) noticed?.({ code: "clock-skew", message: skewOf(host, ahead) });
      if (ahead === 0 && before !== 0) noticed?.({ code: "clock-skew", message: null });
    },
    now: () => new Date(clock.now().getTime() + ahead),
  };
}

function skewOf(host: string, ahead: number): string {
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  const far = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `The clock of ${host} is ${far} ${ahead > 0 ? "ahead of" : "behind"} ours; what it says about times may be wrong.`;
}
