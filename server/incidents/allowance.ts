/** How much of the time some work may take, so that other work is done in between. */
export interface Allowance {
  /** Notes that the work was done from one instant to another, in milliseconds. */
  spend(from: number, until: number): void;
  /** The instant from which so many milliseconds of work are left over; 0 is when any may begin. */
  leaves(spare: number, at: number): number;
}

export interface AllowanceTerms {
  /** The share of the time, over 0 and below 1. */
  share: number;
  /** Milliseconds of work that are saved up while none is done. */
  saved: number;
  /** Milliseconds after which it may begin again, however much it took. */
  longestRest: number;
}

/**
 * A bucket of time that fills by `share` of what passes: work after a quiet while begins at once and may be done a few
 * times in a row, and what goes on for long rests in between.
 */
export function createAllowance({ share, saved, longestRest }: AllowanceTerms): Allowance {
  let left = saved;
  let since = 0;
  const leftAt = (at: number) => Math.min(saved, left + Math.max(0, at - since) * share);
  return {
    spend(from, until) {
      left = Math.max(leftAt(from) - (until - from), -longestRest * share);
      since = until;
    },
    leaves(spare, at) {
      const lacking = spare - leftAt(at);
      return lacking <= 0 ? at : at + lacking / share;
    },
  };
}
