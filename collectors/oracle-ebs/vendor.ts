import * as z from "zod";

/** What the package answers through Integrated SOA Gateway. Every value is text; dates have no zone. */

/** A concurrent request, from FND_CONCURRENT_REQUESTS. */
export const ConcurrentRequest = z.looseObject({
  REQUEST_ID: z.string().regex(/^\d+$/),
  PROGRAM: z.string(),
  DESCRIPTION: z.string().nullish(),
  PHASE_CODE: z.string().length(1),
  STATUS_CODE: z.string().length(1),
  /** -1 where there is none. */
  PARENT_REQUEST_ID: z.string().nullish(),
  REQUEST_DATE: z.string(),
  ACTUAL_START_DATE: z.string().nullish(),
  ACTUAL_COMPLETION_DATE: z.string().nullish(),
  LAST_UPDATE_DATE: z.string(),
  /** Arguments in their order, joined by `, `. */
  ARGUMENT_TEXT: z.string().nullish(),
  COMPLETION_TEXT: z.string().nullish(),
});
export type ConcurrentRequest = z.infer<typeof ConcurrentRequest>;

/** A total of GL_BALANCES by balancing segment, period and account. */
export const BalanceRow = z.looseObject({
  SEGMENT: z.string(),
  PERIOD_NAME: z.string(),
  ACCOUNT: z.string(),
  CURRENCY_CODE: z.string(),
  PERIOD_NET_DR: z.string(),
  PERIOD_NET_CR: z.string(),
});
export type BalanceRow = z.infer<typeof BalanceRow>;

/** Of GL_PERIOD_STATUSES, for the general ledger. */
export const PeriodRow = z.looseObject({ PERIOD_NAME: z.string(), CLOSING_STATUS: z.string() });
export type PeriodRow = z.infer<typeof PeriodRow>;

/** A table a procedure hands out: nothing, one item, or several. */
function table<S extends z.ZodType>(name: string, row: S) {
  const items = z.union([z.array(row), row.transform((one) => [one])]).nullish();
  return z
    .looseObject({ [`${name}_ITEM`]: items })
    .nullish()
    .transform((found) => (found?.[`${name}_ITEM`] ?? []) as z.output<S>[]);
}

export const RequestList = z.looseObject({
  OutputParameters: z.looseObject({ X_REQUESTS: table("X_REQUESTS", ConcurrentRequest) }),
});
export const BalanceList = z.looseObject({
  OutputParameters: z.looseObject({ X_TOTALS: table("X_TOTALS", BalanceRow) }),
});

export const PeriodList = z.looseObject({
  OutputParameters: z.looseObject({ X_PERIODS: table("X_PERIODS", PeriodRow) }),
});

/** 0 for a request that was not taken; the message says why. */
export const Submitted = z.looseObject({
  OutputParameters: z.looseObject({ X_REQUEST_ID: z.string(), X_MESSAGE: z.string().nullish() }),
});
export const Cancelled = z.looseObject({
  OutputParameters: z.looseObject({ X_FOUND: z.enum(["Y", "N"]) }),
});

const Fault = z.looseObject({
  ISGServiceFault: z.looseObject({ Code: z.string().optional(), Message: z.string().optional() }),
});

/** The text of a fault inside an answer; null where there is none. */
export function faultIn(value: unknown): string | null {
  const fault = Fault.safeParse(value);
  if (!fault.success) return null;
  const { Code, Message } = fault.data.ISGServiceFault;
  return [Code, Message].filter(Boolean).join(": ") || "a fault without a message";
}
