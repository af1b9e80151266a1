import type { Finding, PlanStep } from "../../../schemas/wire/plan.ts";
import { didFail, underWayOf, type Load } from "./loads.ts";

type Twice = NonNullable<PlanStep["twice"]>;

/** What a load would bring a second time, and what prevents it. */
export function twiceOf(load: Load): Twice {
  const { hop, kind, system, again } = load;
  const title = hop.title.toLowerCase();
  const underWay = underWayOf(load);
  if (underWay && kind !== "follow") {
    return { prevented: "adopted-run", text: `A run of it is under way in ${system.title}; it is taken as this one.` };
  }
  if (kind === "follow") {
    return { prevented: "adopted-run", text: `The ${title} comes by itself; its run is taken as this one.` };
  }
  if (kind === "rerun") {
    return { prevented: "vendor-key", text: `${system.title} takes up its own run where it failed.` };
  }
  if (hop.rerun?.effect !== "posts") {
    return { prevented: "replaces", text: "What it brings replaces the figures of the load before." };
  }
  const posted = again?.state === "COMPLETED" ? again : load.runs.find(({ state }) => state === "COMPLETED");
  const begun = again && didFail(again) && (again.rowsWritten ?? 0) > 0;
  if (!posted && !begun) {
    return { prevented: "run-ledger", text: "No earlier run of it posted anything." };
  }
  if (hop.rerun.reverse) {
    return { prevented: "reversal", text: `What an earlier run posted is taken back first.` };
  }
  return {
    prevented: "nothing",
    text: `An earlier run posted already (${(posted ?? again)!.runId}) and nothing takes it back.`,
  };
}

/** Plans that would post twice are stopped, and reversals are named. */
export function twiceFindings(steps: readonly PlanStep[]): Finding[] {
  const unprevented = steps.filter(({ twice }) => twice?.prevented === "nothing");
  const reversed = steps.filter(({ kind }) => kind === "reverse");
  return [
    ...unprevented.slice(0, 5).map(({ title, twice }): Finding => ({
      kind: "twice",
      weight: "stop",
      text: `${title} would be posted twice. ${twice!.text}`,
    })),
    ...(reversed.length > 0
      ? [
          {
            kind: "reversal" as const,
            weight: "warn" as const,
            text: `${reversed.length} ${reversed.length === 1 ? "posting is" : "postings are"} taken back first: ${reversed
              .slice(0, 3)
              .map(({ title }) => title)
              .join(", ")}.`,
          },
        ]
      : []),
  ];
}
