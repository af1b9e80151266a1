import { setImmediate } from "node:timers/promises";

/** Runs a piece of work once this turn of the event loop has time for it. */
export type InTurn = <T>(work: () => T) => Promise<T>;

/**
 * Shares the event loop: pieces of work take so many milliseconds of one of its turns, the rest waits for the next. In between
 * whoever asks for a board is answered, however much input lies ready.
 */
export function createTurns(milliseconds: number): InTurn {
  let spent = 0;
  let next: Promise<void> | null = null;
  const nextTurn = () =>
    (next ??= setImmediate().then(() => {
      spent = 0;
      next = null;
    }));
  return async (work) => {
    while (spent >= milliseconds) await nextTurn();
    const began = performance.now();
    try {
      return work();
    } finally {
      spent += performance.now() - began;
      void nextTurn();
    }
  };
}
