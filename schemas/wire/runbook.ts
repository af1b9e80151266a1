import * as z from "zod";

/** What a step of a runbook asks the tower to do; a step without one is confirmed by a person. */
export const RunbookAct = z.discriminatedUnion("kind", [
  /** A request, its settings as the directive wrote them: `{flow: "actuals-to-close", dataset: "anaplan-actuals"}`. */
  z.object({
    kind: z.literal("request"),
    act: z.enum(["sync", "replay", "resubmit", "recollect", "rebuild", "freeze", "unfreeze"]),
    settings: z.record(z.string(), z.string()),
  }),
  /** The reconciliation has to tie; every one of the flow's where none is named. */
  z.object({ kind: z.literal("check"), reconciliation: z.string().nullable() }),
  z.object({ kind: z.literal("confirm") }),
]);
export type RunbookAct = z.infer<typeof RunbookAct>;

/** One numbered step. */
export const RunbookStep = z.object({
  /** Its number in the list, from 1. */
  number: z.int(),
  /** Markdown of the step without its directive. */
  text: z.string(),
  act: RunbookAct,
});
export type RunbookStep = z.infer<typeof RunbookStep>;

/** A runbook as people read it and as the tower carries it out. */
export const RunbookGuide = z.object({
  id: z.string(),
  title: z.string(),
  /** Markdown before the first step and after the last; empty where there is none. */
  before: z.string(),
  steps: z.array(RunbookStep),
  after: z.string(),
});
export type RunbookGuide = z.infer<typeof RunbookGuide>;
