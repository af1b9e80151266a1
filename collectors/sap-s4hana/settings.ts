import * as z from "zod";

/** A regular expression in which every named group asked for stands. */
function pattern(...groups: string[]) {
  return z.string().superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem) context.addIssue({ code: "custom", message: `not a regular expression: ${problem}` });
    for (const group of groups.filter((each) => !text.includes(`(?<${each}>`))) {
      context.addIssue({ code: "custom", message: `expected a group (?<${group}>…)` });
    }
  });
}

function problemOf(text: string): string | null {
  try {
    RegExp(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const Job = z.strictObject({
  /** The job's text as scheduled; `{entity}` stands for the company code. */
  name: z.string().min(1),
  /** The dataset it fills and those it reads, in this system's namespace. */
  dataset: z.string().min(1),
  inputs: z.array(z.string()).default([]),
  /** The job template it is started from; without it the job cannot be driven. */
  template: z.string().max(40).optional(),
  /** JobParameterValues as this template expects them; `{entity}` and a request's parameters, such as `{period}`, are filled in. */
  parameterValues: z.string().default(""),
});
export type Job = z.infer<typeof Job>;

/**
 * What the extract program writes into its job log: first what it takes (batch, entity, period, ledger, snapshot),
 * then what it added up to. Amounts are plain decimals, the snapshot ISO 8601 in UTC.
 */
const Log = z.strictObject({
  begun: pattern("batch", "entity", "period", "snapshot").default(
    String.raw`Batch (?<batch>\S+): company code (?<entity>\S+), period (?<period>\d{4}-\d\d), ledger (?<ledger>\w+), snapshot (?<snapshot>\S+Z)`,
  ),
  result: pattern("count", "debit", "credit", "net", "currency").default(
    String.raw`(?<count>\d+) items, debit (?<debit>\S+), credit (?<credit>\S+), net (?<net>\S+) (?<currency>[A-Z]{3})`,
  ),
});

/** How gross debits and credits are told apart. The standard service has one signed amount, credits negative. */
const Sides = z.discriminatedUnion("by", [
  /** By columns of an extended service. */
  z.strictObject({
    by: z.literal("columns"),
    debit: z.string(),
    credit: z.string(),
    creditsAre: z.enum(["negative", "positive"]).default("negative"),
    /** A column that counts items; without it the ledger has no count to compare. */
    count: z.string().optional(),
  }),
  /** By the sign of each row; further dimensions in the rows keep debits and credits from being summed into one. */
  z.strictObject({ by: z.literal("sign"), dimensions: z.array(z.string()).default([]) }),
]);

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("ACDOCA"),
  ledger: z.string().default("0L"),
  entities: z.array(z.string()).min(1),
  /** The accounts that travel, both ends included, written as the service answers them. */
  accounts: z.strictObject({ from: z.string(), to: z.string() }),
  service: z.string().default("/sap/opu/odata/sap/API_JOURNALENTRYITEMBASIC_SRV/A_JournalEntryItemBasic"),
  amount: z.string().default("AmountInCompanyCodeCurrency"),
  currency: z.string().default("CompanyCodeCurrency"),
  sides: Sides.prefault({ by: "sign" }),
  /** This month's period and so many before it are read, less one. */
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(30),
});
export type Ledger = z.infer<typeof Ledger>;

/** The grammar of `settings` for a system read by `sap-s4hana`. */
export const Settings = z.strictObject({
  /**
   * `watchList` follows only runs started through Tieout or named in `watch`; `jobHeaderSet` also finds others, by a
   * filter on JobHeaderSet that tenants accept and SAP does not document.
   */
  discovery: z.enum(["watchList", "jobHeaderSet"]).default("watchList"),
  /** Runs to follow from the start, as `JobName/JobRunCount`. */
  watch: z.array(z.strictObject({ key: z.string().regex(/^[^/]+\/[^/]+$/), name: z.string() })).default([]),
  jobs: z.array(Job).default([]),
  log: Log.prefault({}),
  /** Finished with a return code other than 0: `fail` or finished with a warning. SAP leaves the meaning to the program. */
  nonZeroReturnCode: z.enum(["fail", "warn"]).default("fail"),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  /** How far back runs are looked for at first. */
  historyDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** Rows of JobHeaderSet asked for at once. */
  pageSize: z.int().min(1).max(5000).default(1000),
  requestsPerSecond: z.number().positive().default(20),
});
export type Settings = z.infer<typeof Settings>;
