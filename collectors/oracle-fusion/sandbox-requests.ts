import { monthName } from "../period-name.ts";
import type { SimRun, World } from "../sandbox.ts";

/** Requests of the scheduler. A list leaves arguments and error texts out, which only a single request shows. */
export function essRequests(world: World, system: string) {
  const descriptions = new Map<string, string>();
  const listed = (run: SimRun) => head(world, run, descriptions.get(run.key) ?? run.job);
  return {
    /** The requests a SCIM filter asks for, oldest first; null for one this scheduler does not understand. */
    found(q: string): object[] | null {
      const [, field, since = ""] = /^(submissionTime|completedTime) ge "([^"]+)"$/.exec(q) ?? [];
      if (!field) return null;
      const from = Date.parse(since);
      const runs = world.runs(system).filter((run) => {
        if (field === "submissionTime") return run.queuedAt >= from;
        return world.phase(run).phase === "ended" && run.endedAt >= from;
      });
      const by = field === "submissionTime" ? "queuedAt" : "endedAt";
      return runs.toSorted((one, other) => one[by] - other[by]).map(listed);
    },
    one(id: string): object | null {
      const run = world.run(system, id);
      return run && { ...listed(run), ...details(world, run) };
    },
    describe: (key: string, description: string) => void descriptions.set(key, description),
  };
}

function head(world: World, run: SimRun, description: string) {
  const { phase } = world.phase(run);
  const begun = phase !== "queued";
  const over = phase === "ended";
  return {
    requestId: Number(run.key),
    absParentRequestId: Number(run.key),
    parentRequestId: 0,
    application: "FscmEss",
    product: "GL",
    description,
    jobDisplayName: "Extract GL actuals",
    jobDefinitionId: "JobDefinition://oracle/apps/ess/custom/finance/GlActualsExtract",
    submitter: run.trigger === "api" ? "svc.tieout" : "svc.schedule",
    state: stateOf(run, phase),
    errorType: "NONE",
    submissionTime: iso(run.queuedAt),
    ...(begun && { processStartTime: iso(run.startedAt) }),
    ...(over && { processEndTime: iso(run.endedAt), completedTime: iso(run.endedAt) }),
    retriedCount: 0,
  };
}

function stateOf(run: SimRun, phase: string): string {
  if (phase === "queued") return "WAIT";
  if (phase !== "ended") return phase === "held" ? "PAUSED" : "RUNNING";
  if (run.outcome === "failed") return "ERROR";
  if (run.outcome === "aborted") return "CANCELLED";
  return run.outcome === "partial" ? "WARNING" : "SUCCEEDED";
}

function details(world: World, run: SimRun) {
  const over = world.phase(run).phase === "ended";
  const values = [run.entity, monthName(run.period), run.correlationId];
  const texts = run.rejections.map(({ kind, dimension, member, count }) => {
    if (kind === "period-closed") return `${count} lines: the accounting date is not in an open period`;
    if (kind === "invalid-combination") return `${count} lines: EF04 the account combination ${member} is not valid`;
    return `${count} lines: the value ${member} for the segment ${dimension} is not valid`;
  });
  const message = run.outcome === "failed" ? (run.error?.message ?? "") : texts.join("\n");
  return {
    cause: over ? { failed: "PROCESS_ERROR", partial: "PROCESS_WARNING" }[String(run.outcome)] : "NON_TERMINAL",
    ...(over && message && { errorWarningMessage: message }),
    requestParameters: values.map((value, index) => ({
      ...{ name: `submit.argument${index + 1}`, paramType: "STRING", value: value ?? "#NULL" },
    })),
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
