import * as z from "zod";
import { DecimalString } from "../../schemas/instant.ts";
import { odataEntity, odataPage } from "../odata.ts";

/** What S/4HANA answers. Sources: SAP's documentation of the external job scheduling service and the service's metadata. */

const text = z.string().nullish();

/** One row for each step of a job; the job's own fields repeat. Instants are `/Date(ms)/`. */
export const Jobinfo = z.looseObject({
  JobName: z.string(),
  JobRunCount: z.string(),
  JobStatus: z.string(),
  JobAppRC: z.coerce.number().default(0),
});
export const JobinfoPage = odataPage(Jobinfo);

const LogMessage = z.looseObject({
  /** S, I, W, E or A. */
  MsgType: z.string(),
  MsgId: text,
  MsgNo: text,
  MsgText: z.string(),
});
export type LogMessage = z.infer<typeof LogMessage>;

const expanded = <S extends z.ZodType>(row: S) => z.looseObject({ results: z.array(row).default([]) }).optional();
const LogInfo = z.looseObject({ JobLogMessageSet: expanded(LogMessage) });
const Step = z.looseObject({ StepAppRC: z.coerce.number().default(0), JobStepLogInfoSet: expanded(LogInfo) });

/** A job, with its steps and their logs where they were asked for. Instants are fourteen digits, in UTC. */
export const JobHeader = z.looseObject({
  JobName: z.string().min(1),
  JobRunCount: z.string().min(1),
  JobText: z.string(),
  JobStatus: z.string(),
  JobPlannedStartDateTime: text,
  JobStartDateTime: text,
  JobEndDateTime: text,
  /** The run a restart was copied from. */
  OrigJobName: text,
  OrigJobCount: text,
  JobRestartCount: z.coerce.number().default(0),
  JobStepSet: expanded(Step),
});
export type JobHeader = z.infer<typeof JobHeader>;
export const JobHeaderPage = odataPage(JobHeader);
export const JobHeaderEntity = odataEntity(JobHeader);

export const JobStatusPage = odataPage(z.looseObject({ JobStatus: z.string(), JobStatusText: z.string() }));
export const JobTemplatePage = odataPage(z.looseObject({ JobTemplateName: z.string() }));

const Started = z.looseObject({ JobName: z.string().min(1), JobRunCount: z.string().min(1) });
/** A function import's answer stands under its own name, or bare. */
export const StartedEntity = z
  .looseObject({
    d: z.union([z.looseObject({ JobSchedule: Started }), z.looseObject({ JobRestart: Started }), Started]),
  })
  .transform(({ d }) => Started.parse(d.JobSchedule ?? d.JobRestart ?? d));

/** Ledger totals by company code, period and account, with the measures the settings name. */
export function ledgerPage(measures: readonly string[], currency: string) {
  const amounts = Object.fromEntries(measures.map((name) => [name, DecimalString]));
  const names = ["CompanyCode", "FiscalYearPeriod", "GLAccount", currency, ...measures];
  const row = z
    .looseObject({
      CompanyCode: z.string(),
      FiscalYearPeriod: z.string().regex(/^\d{7}$/),
      GLAccount: z.string(),
      [currency]: z.string(),
      ...amounts,
    })
    .transform((values) => Object.fromEntries(names.map((name) => [name, values[name]])) as LedgerRow);
  return odataPage(row);
}
export type LedgerRow = Record<string, string> & { CompanyCode: string; FiscalYearPeriod: string; GLAccount: string };

/** The key of a run, as other systems write it too: `JobName/JobRunCount`. */
export function runKeyOf(row: { JobName: string; JobRunCount: string }): string {
  return `${row.JobName}/${row.JobRunCount}`;
}
