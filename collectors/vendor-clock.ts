/** Clocks this far apart are told; less is a network's or a busy machine's doing. */
const TOLERATED = 5 * 60_000;

/** Something that does not keep a system from being read and should be looked at; without a message it has passed. */
export interface Notice {
  code: "clock-skew";
  message: string | null;
}

export interface VendorClock {
  /** Marks that a request is sent; called when its answer is heard, so that its `Date` is learned from. */
  asking(host: string): (headers: Headers) => void;
  now(): Date;
  /** How often it was put right by minutes. */
  corrections(): number;
  /** That it is minutes off, in words; null where it agrees with ours. */
  notice(): string | null;
}

/**
 * What time it is at the vendor. Its `Date` must fall between sending and hearing; where it is minutes off, somebody is
 * told and reading goes by the vendor's clock, so that nothing it writes is taken for read before it was.
 */
export function createVendorClock(ours: {
  clock: { now(): Date };
  noticed?: ((notice: Notice) => void) | undefined;
}): VendorClock {
  const { clock, noticed } = ours;
  let ahead = 0;
  let corrections = 0;
  let notice: string | null = null;
  return {
    asking(host) {
      const sentAt = clock.now().getTime();
      return (headers) => {
        const said = Date.parse(headers.get("date") ?? "");
        if (!Number.isFinite(said)) return;
        const heardAt = clock.now().getTime();
        const off = said < sentAt - TOLERATED || said > heardAt + TOLERATED ? said - heardAt : 0;
        const was = ahead;
        ahead = off;
        if (Math.abs(off - was) <= TOLERATED) return;
        corrections += 1;
        notice = off === 0 ? null : skewOf(host, off);
        noticed?.({ code: "clock-skew", message: notice });
      };
    },
    now: () => new Date(clock.now().getTime() + ahead),
    corrections: () => corrections,
    notice: () => notice,
  };
}

function skewOf(host: string, ahead: number): string {
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  const far = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `The clock of ${host} is ${far} ${ahead > 0 ? "ahead of" : "behind"} ours; what it says about times may be wrong.`;
}
