import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books, byDate } from "../placing.ts";

const Job = z.strictObject({ ...DeclaredJob.shape, ...books, ...byDate });
export type Job = z.infer<typeof Job>;

const Name = z.string().regex(/^\w+(\.\w+)*$/, "expected the API name of an object or field");

/** An object added up by a query: one group for each entity, account and currency of the records dated in a period. */
const Figures = z.strictObject({
  dataset: z.string().min(1),
  object: Name,
  /** The date that says in which period a record counts. */
  dateField: Name,
  entityField: Name,
  amountField: Name,
  accountField: Name.optional(),
  currencyField: Name.optional(),
  /** Narrows the records further, as SOQL: `Status__c = 'Approved'`. */
  where: z.string().optional(),
  /** Values of the entity field, by entity. */
  entities: z.record(z.string(), z.string()),
  ...books,
  everyMinutes: z.number().positive().default(60),
  openPeriods: z.int().positive().default(2),
});
export type Figures = z.infer<typeof Figures>;

/** Objects whose changes are told. What the object of `figures` needs is taken from there. */
const ChangedObject = z.strictObject({
  object: Name,
  dataset: z.string().min(1),
  dateField: Name.optional(),
  entityField: Name.optional(),
  entities: z.record(z.string(), z.string()).optional(),
});

/** Change data capture, over the Pub/Sub API. */
const Changes = z.strictObject({
  /** One stream is opened at each poll; a channel of its own carries several objects. */
  topic: z
    .string()
    .regex(/^\/data\/\w+$/, "expected a channel such as /data/ChangeEvents")
    .default("/data/ChangeEvents"),
  objects: z.array(ChangedObject).min(1),
  /** Events asked for at once; Salesforce takes up to 100. */
  atOnce: z.int().min(1).max(100).default(100),
  /** Events read at one poll, to the end of the transaction they stop in; the rest follows at once. */
  most: z.int().positive().default(5000),
  /** Real seconds after which a silent stream has nothing more to give. */
  idleSeconds: z.number().positive().default(5),
  /** Salesforce keeps change events for three days. */
  retentionHours: z.number().positive().default(72),
  /** Figures whose records changed are asked for again, at most so often. */
  rereadMinutes: z.number().positive().default(5),
});
export type Changes = z.infer<typeof Changes>;

export const SalesforceSettings = z.strictObject({
  apiVersion: z
    .string()
    .regex(/^v\d+\.0$/, "expected a version such as v64.0")
    .default("v64.0"),
  /** Which histories are read; each costs a request at every poll. */
  reads: z
    .array(z.enum(["ingest", "query", "apex"]))
    .min(1)
    .default(["ingest", "query", "apex"]),
  /**
   * Bulk jobs are named `<operation> <object>`, behind it the entity of the user who created them; Apex jobs by their
   * class. `{entity}` stands for the entity.
   */
  jobs: z.array(Job).default([]),
  /** Users that create bulk jobs for one entity each: entity → id of the user, 15 or 18 characters. */
  users: z.record(z.string(), z.string().regex(/^005\w{12}(\w{3})?$/, "expected the id of a user")).default({}),
  figures: Figures.optional(),
  changes: Changes.optional(),
  /** Refused rows of a job are read for their reasons up to so many; beyond it they are only counted. */
  refusedRows: z.int().nonnegative().default(5000),
  /** Salesforce keeps finished bulk jobs for seven days. Unverified. */
  retentionDays: z.number().positive().default(7),
  overlapMinutes: z.number().positive().default(10),
  /** Salesforce limits requests by the day. */
  requestsPerSecond: z.number().positive().default(5),
  burst: z.int().positive().default(50),
});
export type SalesforceSettings = z.infer<typeof SalesforceSettings>;
