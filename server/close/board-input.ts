import type { CollectorRow } from "../../schemas/wire/live.ts";
import type { Judging } from "../checks/flow-view.ts";
import type { Moment } from "../checks/moment.ts";
import type { Decisions } from "./decisions.ts";
import type { EntityJudgement } from "./entity-judgement.ts";

export interface BoardInput extends Judging {
  now: Date;
  /** A key the estate's scheme knows, such as `2026-10`. */
  period: string;
  collectors: readonly CollectorRow[];
  /** What people decided on the period; nothing when left out. */
  decisions?: Decisions;
  /** Whom the reader may see. */
  entities: "all" | readonly string[];
  /** Kept between boards so that only what moved is judged again; one for each estate and set of facts. */
  memo?: BoardMemo;
}

/** A judgement and how long it holds as far as time alone goes. */
export interface Kept {
  version: number;
  /** Of what people decided. */
  revision: string;
  blind: string;
  moment: Moment;
  judgement: EntityJudgement;
}

/** Judgements by `<period>/<entity>`; starts as an empty map. */
export type BoardMemo = Map<string, Kept>;
