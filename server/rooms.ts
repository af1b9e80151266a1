import type { StartedSandbox } from "../sandbox/start-sandbox.ts";
import type { Dashboard } from "../schemas/dashboard.ts";
import type { Checkpoints } from "./breaks/checkpoints.ts";
import type { Collecting } from "./collect/collect.ts";
import type { Context } from "./context.ts";
import type { Ingest } from "./ingest/ingest.ts";
import type { People } from "./people/people.ts";

/** What doors are built from: the context, and the rooms that hold something open. */
export interface Rooms {
  ctx: Context;
  people: People;
  ingest: Ingest;
  collecting: Collecting;
  checkpoints: Checkpoints;
  dashboards: readonly Dashboard[];
  /** Null on real systems. */
  sandbox: StartedSandbox | null;
  maxEventBytes: number;
  /** Senders of webhooks and the secrets they sign with. */
  webhooks: Readonly<Record<string, string>>;
}
