import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { LocalTime } from "../schemas/estate/calendar.ts";
import { ExceptionCode } from "../schemas/event/facets.ts";
import { DecimalString, PeriodKey } from "../schemas/instant.ts";
import { PlayError } from "./play-error.ts";

/** A moment of a close: work day counted from the period's end, local time in the entity's zone (the group's without one). */
const CloseTime = z.strictObject({ workDay: z.int(), at: LocalTime });
export type CloseTime = z.infer<typeof CloseTime>;

const told = {
  id: z.string(),
  /** What a tower should call it. */
  code: ExceptionCode,
  period: PeriodKey,
  system: z.string(),
  flow: z.string().nullable().default(null),
  note: z.string(),
};

/** Documents posted into the ledger beyond the ordinary ones. `amount` is their net, split over the rows. */
const Documents = z.strictObject({
  from: CloseTime,
  to: CloseTime,
  documents: z.int().positive(),
  rows: z.int().positive(),
  amount: DecimalString,
  accounts: z.array(z.string()).min(1),
});
export type SpecialDocuments = z.infer<typeof Documents>;

/** Rows the planning model refuses although its process reports COMPLETE, until somebody mends the model or the source. */
const RejectedRows = z.strictObject({
  kind: z.literal("rejected-rows"),
  ...told,
  entity: z.string(),
  rejection: z.enum(["unmapped-member", "invalid-combination", "period-closed"]),
  dimension: z.string(),
  member: z.string(),
  posted: Documents,
  until: CloseTime,
});

/** Documents posted after the snapshot the figures were taken from; the next extract picks them up. */
const LatePosting = z.strictObject({
  kind: z.literal("late-posting"),
  ...told,
  entity: z.string(),
  posted: Documents,
  until: CloseTime,
});

/** A message that hangs in retry, with those behind it in the queue. */
const StuckMessage = z.strictObject({
  kind: z.literal("stuck-message"),
  ...told,
  flow: z.string(),
  entity: z.string(),
  from: CloseTime,
  until: CloseTime,
});

/** Runs of a job that start in the window fail. */
const JobFailure = z.strictObject({
  kind: z.literal("job-failure"),
  ...told,
  entity: z.string().nullable().default(null),
  job: z.string(),
  from: CloseTime,
  until: CloseTime,
  error: z.strictObject({ code: z.string(), message: z.string() }),
});

/** Scheduled starts in the window do not happen: no run, no error. */
const NotScheduled = z.strictObject({
  kind: z.literal("not-scheduled"),
  ...told,
  flow: z.string(),
  entity: z.string(),
  from: CloseTime,
  until: CloseTime,
});

/** The vendor's API itself refuses, while its jobs run on. */
const ApiOutage = z.strictObject({
  kind: z.literal("api"),
  ...told,
  entity: z.null().default(null),
  from: CloseTime,
  until: CloseTime,
  shows: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("token-expired") }),
    z.strictObject({ kind: z.literal("rate-limited"), retryAfterSeconds: z.int().positive() }),
    z.strictObject({
      kind: z.literal("unavailable"),
      status: z.union([z.literal(500), z.literal(502), z.literal(503)]),
    }),
    z.strictObject({ kind: z.literal("nonsense"), body: z.string() }),
  ]),
});

/** A dataset holds other figures than were loaded into it, though no run says so. */
const AlteredFigures = z.strictObject({
  kind: z.literal("altered-figures"),
  ...told,
  flow: z.string(),
  entity: z.string(),
  dataset: z.string(),
  from: CloseTime,
  until: CloseTime,
  by: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("sign-turned") }),
    z.strictObject({ kind: z.literal("loaded-twice") }),
    /** Entered by hand; `amount` is its net. */
    z.strictObject({ kind: z.literal("adjusted"), account: z.string(), amount: DecimalString }),
  ]),
});
export type AlteredFigures = z.infer<typeof AlteredFigures>;

/** Scheduled extracts in the window send once more what the last one sent, under a name of its own. */
const Resent = z.strictObject({
  kind: z.literal("resent"),
  ...told,
  flow: z.string(),
  entity: z.string(),
  from: CloseTime,
  until: CloseTime,
});

/** Runs of a job that start in the window leave rows out and do not say which. */
const LostRows = z.strictObject({
  kind: z.literal("lost-rows"),
  ...told,
  entity: z.string(),
  job: z.string(),
  from: CloseTime,
  until: CloseTime,
  rows: z.int().positive(),
});

const Fault = z.discriminatedUnion("kind", [
  RejectedRows,
  LatePosting,
  StuckMessage,
  JobFailure,
  NotScheduled,
  ApiOutage,
  AlteredFigures,
  Resent,
  LostRows,
]);
export type Fault = z.infer<typeof Fault>;

/** What is played on an estate: how busy each entity is, when play begins and ends, and what goes wrong. */
export const Scenario = z.strictObject({
  title: z.string(),
  seed: z.int(),
  /** Where the simulated past begins. */
  from: z.iso.datetime(),
  /** Where live play begins; everything before is history. */
  startsAt: z.iso.datetime(),
  /** Where the clock stops by itself. */
  endsAt: z.iso.datetime(),
  /** Before this date schedules are thinned: work days only, fewer loads in the close, master data once a week. */
  fullCadenceFrom: z.iso.date(),
  /** Loads of the close kept where schedules are thinned. */
  thinned: z.strictObject({ fromWorkDay: z.int(), toWorkDay: z.int(), at: z.array(LocalTime) }),
  /** Simulated seconds per second. */
  speed: z.number().positive().default(1440),
  /** The closing period is loaded through this work day, then the next one. */
  loadedThroughWorkDay: z.int().default(7),
  /** When posting periods are shut: subledgers with the general ledger limited, in the entity's zone, then all of it. */
  postingPeriods: z
    .strictObject({
      soft: CloseTime,
      closed: CloseTime,
      /** Shut periods somebody opened again for one entity, to those who may. */
      reopened: z
        .array(
          z.strictObject({
            entity: z.string(),
            period: PeriodKey,
            from: CloseTime,
            until: CloseTime,
            note: z.string(),
          }),
        )
        .default([]),
    })
    .optional(),
  entities: z.record(
    z.string(),
    z.strictObject({
      /** Documents posted a month. */
      documents: z.int().positive(),
      /** Net of the profit and loss accounts in `netPeriod` once all is posted; other periods vary around it. */
      net: DecimalString,
      costCentres: z.int().positive(),
    }),
  ),
  netPeriod: PeriodKey,
  /** What the correlation IDs of a flow begin with. */
  batches: z.record(z.string(), z.string()),
  /** When jobs that serve all entities run, in the group's zone. */
  groupJobs: z.array(z.strictObject({ job: z.string(), at: z.array(LocalTime).min(1) })),
  /** Datasets whose loads hand in the lines behind their totals, by entity. */
  lines: z.record(z.string(), z.array(z.string())).default({}),
  /** Jobs that have nothing to do with the flows, one run a day, in the group's zone. */
  background: z.array(z.strictObject({ system: z.string(), job: z.string(), at: LocalTime })),
  faults: z.array(Fault),
});
export type Scenario = z.infer<typeof Scenario>;

/** Reads a scenario file; a missing or wrong one is refused with the path and what was expected. */
export function loadScenario(file: string): Scenario {
  if (!existsSync(file))
    throw new PlayError(
      `There is no scenario ${file}, so the estate's systems cannot be played. Read the real ones with --no-sandbox.`,
    );
  const read = Scenario.safeParse(parse(readFileSync(file, "utf8")));
  if (read.success) return read.data;
  throw new PlayError(`${file}:\n${z.prettifyError(read.error)}`);
}
