import type { SimRun, World } from "../sandbox.ts";

const NOTHING = "1900-01-01T00:00:00Z";

/** Executions of data projects, one row for each entity. Those started from outside go by the id they were given. */
export function executionRows(world: World, system: string) {
  const keyOf = new Map<string, string>();
  const idOf = new Map<string, string>();
  const run = (id: string) => world.run(system, keyOf.get(id) ?? id);
  return {
    /** The rows a filter asks for; null for one this service does not understand. */
    found(filter: string): object[] | null {
      const wanted = selection(world, filter, (each) => idOf.get(each.key) ?? each.key);
      if (!wanted) return null;
      const rows = world.runs(system).filter((each) => wanted(each));
      return rows.map((each) => rowOf(world, each, idOf.get(each.key) ?? each.key));
    },
    isKnown: (id: string) => keyOf.has(id),
    remember(id: string, key: string): void {
      keyOf.set(id, key);
      idOf.set(key, id);
    },
    /** The errors of an execution: a list, written as text. */
    errors(id: string): string {
      const found = run(id);
      const texts = found && world.phase(found).phase === "ended" ? errorsOf(found) : [];
      return JSON.stringify(texts.map((ErrorMessage) => ({ RecordId: "", Field: "", ErrorMessage })));
    },
  };
}

type Wanted = (run: SimRun) => boolean;

function selection(world: World, filter: string, idOf: (run: SimRun) => string): Wanted | null {
  const instant = String.raw`(\d{4}-\d\d-\d\dT[\d:.]+Z)`;
  const changed = new RegExp(`^StagingStartDateTime ge ${instant} or TargetEndDateTime ge ${instant}$`).exec(filter);
  if (changed) {
    const since = Date.parse(changed[1]!);
    return (run) => run.queuedAt >= since || (world.phase(run).phase === "ended" && run.endedAt >= since);
  }
  const one = /^JobId eq '((?:[^']|'')*)'$/.exec(filter);
  if (one) return (run) => idOf(run) === one[1];
  const ofProject = new RegExp(`^DefinitionGroupId eq '([^']*)' and StagingStartDateTime ge ${instant}$`).exec(filter);
  if (!ofProject) return null;
  return (run) => run.job === ofProject[1] && run.queuedAt >= Date.parse(ofProject[2]!);
}

function rowOf(world: World, run: SimRun, id: string) {
  const { phase } = world.phase(run);
  const begun = phase !== "queued";
  const over = phase === "ended";
  const delivered = over && (run.outcome === "complete" || run.outcome === "partial");
  const half = run.startedAt + Math.round((run.endedAt - run.startedAt) / 2);
  const staged = begun && world.now() >= half;
  return {
    "@odata.etag": 'W/"JzAsMTsn"',
    DefinitionGroupId: run.job,
    JobId: id,
    EntityName: "General ledger activities",
    ExecutionUnit: 1,
    StagingStatus: begun ? (staged ? "Finished" : "Executing") : "NotRun",
    TargetStatus: over ? ended(run) : staged ? "Executing" : "NotRun",
    StagingStartDateTime: iso(run.queuedAt),
    StagingEndDateTime: staged ? iso(half) : NOTHING,
    TargetStartDateTime: staged ? iso(half) : NOTHING,
    TargetEndDateTime: over ? iso(run.endedAt) : NOTHING,
    StagingRecordsToBeProcessedCount: run.rowsRead,
    StagingRecordsCreatedCount: staged ? run.rowsRead : 0,
    TargetRecordsCreatedCount: delivered ? run.rowsWritten : 0,
    TargetRecordsUpdatedCount: 0,
    ExecutionJob: { JobId: id, Description: `Period ${run.period}, batch ${run.correlationId ?? "none"}` },
  };
}

function ended({ outcome }: SimRun): string {
  if (outcome === "failed") return "Error";
  if (outcome === "aborted") return "Canceled";
  return outcome === "partial" ? "PartiallySucceeded" : "Finished";
}

function errorsOf(run: SimRun): string[] {
  if (run.outcome === "failed" && run.error) return [run.error.message];
  return run.rejections.map(({ kind, dimension, member, count }) => {
    if (kind === "period-closed") return `${count} records: The fiscal period ${run.period} is closed`;
    if (kind === "invalid-combination")
      return `${count} records: The combination '${member}' for ${dimension} is not valid`;
    return `${count} records: The value '${member}' in field '${dimension}' is not found in the related table`;
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
