import type { Run } from "../schemas/run.ts";
import type { RequestBody } from "../schemas/wire/request.ts";
import type { Actor, Context } from "../server/context.ts";
import { ROLE_SCOPES } from "../server/people/permissions.ts";
import { askRequest } from "../server/requests/ask-request.ts";

/** Keeps one entity. */
export const ACCOUNTANT: Actor = {
  kind: "person",
  id: "p1",
  name: "Ana Ruiz",
  role: "accountant",
  entities: ["DE01"],
  scopes: ROLE_SCOPES.accountant,
};
/** Drives the systems of every entity. */
export const ENGINEER: Actor = {
  ...ACCOUNTANT,
  id: "p2",
  name: "Priya Raman",
  role: "engineer",
  entities: "all",
  scopes: ROLE_SCOPES.engineer,
};
/** A load of the planning estate, under way. */
export const RUN: Run = {
  runId: "11111111-1111-4111-8111-111111111111",
  jobNamespace: "plan://small",
  jobName: "Load Actuals DE01",
  state: "RUNNING",
  qualifier: null,
  vendorStatus: "IN_PROGRESS",
  startedAt: "2026-11-04T10:00:00.000Z",
  endedAt: null,
  lastEventAt: "2026-11-04T10:00:00.000Z",
  attempt: 1,
  correlationId: null,
  causationId: null,
  parentRunId: null,
  rowsRead: null,
  rowsWritten: 1204,
  rowsRejected: null,
  progress: null,
  error: null,
  exceptions: [],
  targets: [],
};

/** A request as a test makes it. */
export interface Asked extends RequestBody {
  idempotencyKey: string | null;
}
export const requestRerun = (ctx: Context, actor: Actor, { idempotencyKey, ...body }: Asked) =>
  askRequest(ctx, actor, body, { idempotencyKey });
/** The load of DE01 again. */
export const ASKED: Asked = {
  act: "sync",
  flow: "actuals",
  entity: "DE01",
  period: "2026-10",
  dataset: "actuals",
  reason: "Cost centre mapped",
  idempotencyKey: null,
};
