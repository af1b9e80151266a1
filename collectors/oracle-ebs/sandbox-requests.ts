import { localOfInstant } from "../local-time.ts";
import { monthName } from "../period-name.ts";
import type { SimRun, World } from "../sandbox.ts";
import type { Settings } from "./settings.ts";

/** FND_CONCURRENT_REQUESTS, as the package lists it. */
export function requestRows(world: World, system: string, settings: Settings) {
  const descriptions = new Map<string, string>();
  const row = (run: SimRun) => rowOf(world, run, settings, descriptions.get(run.key) ?? run.job);
  return {
    /** What changed after a local time, or at it with a higher number; by change and number. */
    after(since: string, lastId: string): object[] {
      return world
        .runs(system)
        .map(row)
        .filter(
          ({ LAST_UPDATE_DATE: changed, REQUEST_ID: id }) => changed > since || (changed === since && +id > +lastId),
        )
        .sort((one, other) => {
          if (one.LAST_UPDATE_DATE !== other.LAST_UPDATE_DATE)
            return one.LAST_UPDATE_DATE < other.LAST_UPDATE_DATE ? -1 : 1;
          return Number(one.REQUEST_ID) - Number(other.REQUEST_ID);
        });
    },
    one(id: string): object[] {
      const run = world.run(system, id);
      return run ? [row(run)] : [];
    },
    describe: (key: string, description: string) => void descriptions.set(key, description),
  };
}

function rowOf(world: World, run: SimRun, { timeZone }: Settings, DESCRIPTION: string) {
  const { phase } = world.phase(run);
  const begun = phase !== "queued";
  const over = phase === "ended";
  const local = (instant: number) => localOfInstant(new Date(instant).toISOString(), timeZone);
  const [PHASE_CODE, STATUS_CODE] = codesOf(run, phase);
  return {
    REQUEST_ID: run.key,
    PROGRAM: "XXGLACT",
    ...{ DESCRIPTION, PHASE_CODE, STATUS_CODE },
    PARENT_REQUEST_ID: "-1",
    REQUEST_DATE: local(run.queuedAt),
    ACTUAL_START_DATE: begun ? local(run.startedAt) : null,
    ACTUAL_COMPLETION_DATE: over ? local(run.endedAt) : null,
    LAST_UPDATE_DATE: local(over ? run.endedAt : begun ? run.startedAt : run.queuedAt),
    ARGUMENT_TEXT: [run.entity, monthName(run.period), run.correlationId].join(", "),
    COMPLETION_TEXT: over ? textOf(run) : null,
  };
}

function codesOf(run: SimRun, phase: string): [phase: string, status: string] {
  if (phase === "queued") return ["P", "I"];
  if (phase !== "ended") return ["R", phase === "held" ? "S" : "R"];
  return ["C", { complete: "C", held: "C", partial: "G", failed: "E", aborted: "X" }[run.outcome]];
}

function textOf(run: SimRun): string {
  if (run.outcome === "failed") return run.error?.message ?? "Completed with 1 error";
  const refused = run.rejections.map(
    ({ dimension, member, count }) =>
      `${count} lines: value ${member} for the flexfield segment ${dimension} does not exist`,
  );
  return refused.join("\n") || "Normal completion";
}
