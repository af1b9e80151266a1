import { liveBreakRows } from "../breaks/break-rows.ts";
import { matrixRows } from "../breaks/matrix-rows.ts";
import { clockRow } from "../clock-row.ts";
import { calendarsOf } from "../close/calendars.ts";
import { closeBoard } from "../close/board.ts";
import { entityLines } from "../close/entity-lines.ts";
import { reportImpacts } from "../close/report-impact.ts";
import { periodInView } from "../close/period-in-view.ts";
import { flowStrips } from "../checks/flow-strips.ts";
import { liveIncidentRows } from "../incidents/incident-rows.ts";
import { inboxPulseOf } from "../notify/inbox.ts";
import { quarantineRows } from "../ingest/quarantine-rows.ts";
import { deskRows } from "../requests/desk-rows.ts";
import { requestTopic } from "../requests/request-detail.ts";
import { requestRows } from "../requests/request-rows.ts";
import type { Rooms } from "../rooms.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { readinessOf } from "../signoff/readiness-of.ts";
import { signoffRows } from "../signoff/signoff-rows.ts";
import type { Topic } from "./topic.ts";
import { createTopics } from "./topics.ts";

/** The live quarantine shows this many, newest first. */
const NEWEST = 200;
/** Stands for the period being closed, whichever that is. */
const CURRENT = "current";

type Shown = Pick<Rooms, "ctx" | "collecting" | "checkpoints" | "sandbox" | "memo">;

/** The live topics over the server's rooms. */
export function topicsOf({ ctx, collecting, checkpoints, sandbox, memo }: Shown): Topic[] {
  const { estate, facts, clock } = ctx;
  const calendars = calendarsOf(estate);
  const judging = (key: string) => {
    const now = clock.now();
    const period = key === CURRENT ? periodInView(calendars, now) : calendars.period(key);
    return period && { estate, calendars, facts, now, period: period.period };
  };
  const collectors = () => Object.values(collecting.rows());
  return createTopics({
    async board(period, entities) {
      const judged = judging(period);
      if (!judged) return null;
      const decisions = await decisionsOf(ctx.postgres, judged.period);
      return closeBoard({ ...judged, decisions, collectors: collectors(), entities, memo });
    },
    lines(period, entity, entities) {
      const judged = judging(period);
      const known = estate.entities.some(({ id }) => id === entity);
      if (!judged || !known || (entities !== "all" && !entities.includes(entity))) return null;
      return entityLines({ ...judged, entity });
    },
    async strips(period, entities) {
      const judged = judging(period);
      if (!judged) return null;
      const requests = Object.values(await requestRows(ctx, { entities }));
      return flowStrips({ ...judged, requests, entities, collectors: collectors() });
    },
    alerts: () => inboxPulseOf(ctx),
    clock: () => clockRow(clock, sandbox?.clock ?? null),
    collectors: collecting.rows,
    async quarantine() {
      const { items } = await quarantineRows(ctx.clickhouse, { limit: NEWEST });
      return Object.fromEntries(items.map((item) => [item.id, item]));
    },
    requests: (reader) => requestRows(ctx, reader),
    request: (id, reader) => requestTopic(ctx, reader, id),
    desk: (entities) => deskRows(ctx, entities),
    async reconcile(period, entities) {
      const judged = judging(period);
      return judged && matrixRows({ ...ctx, checkpoints }, judged.period, entities);
    },
    breaks: (reader) => liveBreakRows(ctx, reader),
    incidents: (reader) => liveIncidentRows(ctx, reader),
    async signoffs(period, entities) {
      const judged = judging(period);
      return judged && signoffRows(ctx.postgres, judged.period, entities);
    },
    async readiness(period, entity, entities) {
      const judged = judging(period);
      const known = estate.entities.some(({ id }) => id === entity);
      if (!judged || !known || (entities !== "all" && !entities.includes(entity))) return null;
      return { entity: await readinessOf({ ctx, collectors }, { ...judged, memo }, entity) };
    },
    async impact(period, entities) {
      const judged = judging(period);
      if (!judged) return null;
      const decisions = await decisionsOf(ctx.postgres, judged.period);
      return reportImpacts({ ...judged, decisions, collectors: collectors(), entities, memo });
    },
  });
}
