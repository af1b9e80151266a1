import type { StartedSandbox } from "../sandbox/start-sandbox.ts";
import type { Dashboard } from "../schemas/dashboard.ts";
import type { Checkpoints } from "./breaks/checkpoints.ts";
import type { Collecting } from "./collect/collect.ts";
import type { Context } from "./context.ts";
import type { BoardMemo } from "./close/board-input.ts";
import type { IncidentWatch } from "./incidents/watch-incidents.ts";
import type { Ingest } from "./ingest/ingest.ts";
import type { People } from "./people/people.ts";

/** What doors are built from: the context, and the rooms that hold something open. */
export interface Rooms {
  ctx: Context;
  people: People;
  ingest: Ingest;
  collecting: Collecting;
  checkpoints: Checkpoints;
  incidents: IncidentWatch;
  /** Judgements of the close, kept for everybody who looks. */
  memo: BoardMemo;
  dashboards: readonly Dashboard[];
  /** Null on real systems. */
  sandbox: StartedSandbox | null;
  maxEventBytes: number;
  /** Senders of webhooks and the secrets they sign with. */
  webhooks: Readonly<Record<string, string>>;
}
