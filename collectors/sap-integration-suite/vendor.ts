import * as z from "zod";
import { odataEntity, odataPage } from "../odata.ts";

/** What the tenant answers. Source: its $metadata; unknown fields pass untouched. */

const CustomHeader = z.looseObject({ Name: z.string(), Value: z.string().nullable() });

export const MessageLog = z.looseObject({
  MessageGuid: z.string().min(1),
  CorrelationId: z.string().nullable().optional(),
  /** SAP_ApplicationID. */
  ApplicationMessageId: z.string().nullable().optional(),
  IntegrationFlowName: z.string().nullable().optional(),
  Status: z.string().min(1),
  CustomStatus: z.string().nullable().optional(),
  /** OData V2 instants, `/Date(ms)/`. */
  LogStart: z.string(),
  LogEnd: z.string().nullable().optional(),
  CustomHeaderProperties: z.looseObject({ results: z.array(CustomHeader) }).optional(),
});
export type MessageLog = z.infer<typeof MessageLog>;

export const MessageLogPage = odataPage(MessageLog);
export const MessageLogEntity = odataEntity(MessageLog);

/** Statuses after which a message does not change any more. `CANCELLED` may yet be overwritten by one of them. */
const FINAL = new Set(["COMPLETED", "FAILED", "ESCALATED", "DISCARDED"]);

export function isFinal(status: string): boolean {
  return FINAL.has(status);
}

/** Statuses that have an error text behind them. */
const FAILED = new Set(["FAILED", "ESCALATED", "ABANDONED", "ERROR"]);

export function hasError(status: string): boolean {
  return FAILED.has(status);
}
