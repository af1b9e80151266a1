import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";
import { RunState } from "../seen-run.ts";

const Members = z.array(z.string().min(1)).min(1);

/** The slice of a cube that says what a job's data adds up to; accounts and entities are its rows, the period its column. */
const Slice = z.strictObject({
  /** FCCS calls its cube `Consol`, Planning `Plan1` and so on. */
  cube: z.string().default("Consol"),
  /** Dimension → member for everything that is neither row nor column: scenario, view, currency and so on. */
  pov: z.record(z.string(), z.string()),
  /** Members or functions of members: `ILvl0Descendants(Net Income)`. */
  accounts: Members,
  dimensions: z
    .strictObject({
      account: z.string().default("Account"),
      entity: z.string().default("Entity"),
      period: z.string().default("Period"),
      years: z.string().default("Years"),
    })
    .prefault({}),
});
export type Slice = z.infer<typeof Slice>;

const Job = z.strictObject({
  ...DeclaredJob.shape,
  ...books,
  /** Where the job runs: the application itself, or Data Integration (`/aif`). */
  runs: z.enum(["application", "data-integration"]).default("application"),
  /** As Oracle names kinds of jobs: `IMPORT_DATA`, `RULES`, `CUBE_REFRESH`; of Data Integration `INTEGRATION`, `DATARULE`, `BATCH`. */
  jobType: z.string().default("IMPORT_DATA"),
  /** Sent when it is started here; `{period}`, `{entity}` and other parameters of the request are filled in. */
  parameters: z.record(z.string(), z.string()).default({}),
  slice: Slice.optional(),
});
export type Job = z.infer<typeof Job>;

/** Headings of the exported job console. */
const Columns = z.strictObject({
  jobId: z.string().default("Job ID"),
  name: z.string().default("Job Name"),
  status: z.string().default("Status"),
  startedAt: z.string().default("Start Time"),
  endedAt: z.string().default("End Time"),
  details: z.string().default("Details"),
});

/** Codes are documented for the export; the words are those of its screen. */
const STATUSES: Record<string, RunState> = {
  ...{ "1": "running", "2": "complete", "3": "failed", "5": "warning", "6": "aborting", "7": "aborted" },
  ...{ "8": "partial", "9": "warning" },
  ...{ Processing: "running", "In Progress": "running", Completed: "complete", Error: "failed", Failed: "failed" },
  ...{ "Pending Cancellation": "aborting", Cancelled: "aborted", Canceled: "aborted" },
  ...{ "Completed with Errors": "partial", "Completed with Warnings": "warning" },
};

const Console = z.strictObject({
  /** How often the console is exported while nothing runs; after a job was started here it is exported at once. */
  everyMinutes: z.number().positive().default(15),
  /** How often while jobs run. */
  openMinutes: z.number().positive().default(5),
  /** The file it is exported to, overwritten every time. */
  fileName: z.string().default("tieout-jobs"),
  columns: Columns.prefault({}),
  statuses: z.record(z.string(), RunState).default(STATUSES),
  /** The zone its times are written in. */
  zone: z.string().default("UTC"),
  /** The version of the migration API files are downloaded with. */
  filesVersion: z.string().default("11.1.2.3.600"),
});

export const EpmSettings = z.strictObject({
  application: z.string().min(1),
  jobs: z.array(Job).min(1),
  /**
   * How entity, period and batch are read out of what Oracle says of a job: its name, its details, the name of the file
   * it loads. A regular expression with groups of those names.
   */
  naming: z.string().default("(?<batch>[A-Z]+-(?<period>\\d{4}-\\d{2})-(?<entity>[A-Z0-9]+)-\\d+)"),
  console: Console.prefault({}),
  /** How years and periods are members: `FY26`, `Oct`. */
  years: z.string().includes("{yy}").default("FY{yy}"),
  months: z
    .array(z.string())
    .length(12)
    .default(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]),
  currencies: z.record(z.string(), z.string().length(3)).default({}),
  /** How often figures are read whether or not something was loaded. */
  everyMinutes: z.number().positive().default(60),
  latestPeriods: z.int().positive().default(2),
  retentionDays: z.number().positive().default(60),
  overlapMinutes: z.number().positive().default(60),
  pageSize: z.int().min(1).max(1000).default(100),
  /** Oracle publishes no limit. */
  requestsPerSecond: z.number().positive().default(2),
  burst: z.int().positive().default(20),
});
export type EpmSettings = z.infer<typeof EpmSettings>;
