import * as z from "zod";
import { odataPage } from "../odata.ts";

/** What the Gateway service answers: columns of SAP's own tables, dates `20261031` and times `231054` of the system's zone. */

/** EDIDC with its newest entry in EDIDS. */
export const Idoc = z.looseObject({
  DOCNUM: z.string().min(1),
  /** 1 leaves the system, 2 enters it. */
  DIRECT: z.enum(["1", "2"]),
  MESTYP: z.string(),
  STATUS: z.string().regex(/^\d\d$/),
  RCVPRN: z.string(),
  SNDPRN: z.string(),
  CREDAT: z.string(),
  CRETIM: z.string(),
  UPDDAT: z.string(),
  UPDTIM: z.string(),
  /** The message's id in the middleware. */
  ARCKEY: z.string().optional(),
  STATXT: z.string().optional(),
  BUKRS: z.string().optional(),
  /** Fiscal year and period `2026010`, where the service finds it in the data records. */
  PERIOD: z.string().optional(),
  BATCH: z.string().optional(),
});
export type Idoc = z.infer<typeof Idoc>;

/** TBTCO, with what a job's log says. */
export const Job = z.looseObject({
  JOBNAME: z.string().min(1),
  JOBCOUNT: z.string().min(1),
  STATUS: z.string().length(1),
  SDLSTRTDT: z.string(),
  SDLSTRTTM: z.string(),
  STRTDATE: z.string().optional(),
  STRTTIME: z.string().optional(),
  ENDDATE: z.string().optional(),
  ENDTIME: z.string().optional(),
  /** Messages of the job's log, one a line, of a job that was cancelled. */
  LOG: z.string().optional(),
  PERIOD: z.string().optional(),
  BATCH: z.string().optional(),
});
export type Job = z.infer<typeof Job>;

/** FAGLFLEXT or GLT0 by company code, period and account. ABAP writes a minus behind the number. */
export const GlTotal = z.looseObject({
  RBUKRS: z.string(),
  RYEAR: z.string(),
  POPER: z.string(),
  RACCT: z.string(),
  RTCUR: z.string(),
  DEBIT: z.string(),
  CREDIT: z.string(),
  ITEMS: z.string().optional(),
});
export type GlTotal = z.infer<typeof GlTotal>;

export const IdocPage = odataPage(Idoc);
export const JobPage = odataPage(Job);
export const GlTotalPage = odataPage(GlTotal);

/** A decimal as ABAP writes it, minus behind and perhaps spaces before: `120.50-`. */
export function abapDecimal(text: string): string {
  const digits = text.trim();
  return digits.endsWith("-") ? `-${digits.slice(0, -1).trim()}` : digits;
}
