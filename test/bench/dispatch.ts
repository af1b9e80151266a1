import { atMost, defineBench, quantile } from "./bench.ts";
import { timeRequest } from "./request-run.ts";

const TIMES = 5;
const VENDOR = { perMinute: 60_000, concurrency: 8, callMilliseconds: 5 };

export const dispatch = defineBench({
  name: "dispatch",
  title: "from asking for a request, planned and kept, to the first call of its vendor; the slowest",
  unit: "ms",
  goal: atMost(1000),
  reference: "the call itself",
  async run() {
    const taken: number[] = [];
    for (let at = 0; at < TIMES; at += 1) taken.push((await timeRequest({ steps: 2, ...VENDOR })).firstCall);
    return { value: quantile(taken, 1), reference: VENDOR.callMilliseconds };
  },
});
