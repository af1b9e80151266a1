import * as z from "zod";

/** Shapes of what Coupa answers as JSON: keys with dashes, where queries have underscores. Only what is read is required. */

const Id = z.union([z.string(), z.number()]).transform(String);
const Time = z.string().nullish();
const Count = z.coerce.number().nullish();

export const IntegrationError = z.looseObject({
  id: Id,
  "document-type": z.string().nullish(),
  "document-id": Id.nullish(),
  status: z.string().nullish(),
  resolved: z.boolean().nullish(),
  responses: z
    .array(z.looseObject({ "response-code": z.string().nullish(), "response-message": z.string().nullish() }))
    .nullish(),
});
export type IntegrationError = z.infer<typeof IntegrationError>;

export const IntegrationRun = z.looseObject({
  id: Id,
  status: z.string(),
  "start-time": Time,
  "end-time": Time,
  "created-at": z.string(),
  "updated-at": z.string(),
  /** Set by whoever creates the run, so it may be wrong. */
  "total-records": Count,
  "records-processed": Count,
  flow: z.string().nullish(),
  integration: z.looseObject({ code: z.string().nullish(), name: z.string().nullish() }).nullish(),
  "integration-errors": z.array(IntegrationError).nullish(),
});
export type IntegrationRun = z.infer<typeof IntegrationRun>;

export const RunList = z.array(IntegrationRun);
export const ErrorList = z.array(z.looseObject({ id: Id, "integration-run-id": Id.nullish() }));
export const IntegrationList = z.array(
  z.looseObject({ code: z.string().nullish(), name: z.string().nullish(), direction: z.string().nullish() }),
);
