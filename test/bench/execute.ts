import { defineBench, ratioAtMost } from "./bench.ts";
import { timeRequest } from "./request-run.ts";

/** What the played vendor takes: calls a minute, runs at once, milliseconds a call. */
const PER_MINUTE = 9_000;
const CONCURRENCY = 64;
const CALL = 5;

export const execute = defineBench({
  name: "execute",
  title: "a request of 10,000 steps over a vendor that answers in 5 ms, from its first call to its end",
  unit: "s",
  goal: ratioAtMost(1.5),
  reference: `what the vendor's ${PER_MINUTE.toLocaleString("en")} calls a minute allow at best`,
  async run({ full, say }) {
    const steps = full ? 10_000 : 2_000;
    const { whole } = await timeRequest({
      steps,
      perMinute: PER_MINUTE,
      concurrency: CONCURRENCY,
      callMilliseconds: CALL,
    });
    say(`${steps} steps in ${(whole / 1000).toFixed(1)} s`);
    const share = 10_000 / steps;
    // A vendor lets a short burst through at once; what is left goes at its pace.
    const burst = Math.max(CONCURRENCY, PER_MINUTE / 12);
    return { value: (whole / 1000) * share, reference: (((steps - burst) * 60) / PER_MINUTE) * share };
  },
});
