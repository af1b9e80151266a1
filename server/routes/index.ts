import { noteRead } from "../audit/note-read.ts";
import type { Hono } from "hono";
import { clockRow } from "../clock-row.ts";
import { requestRows } from "../requests/request-rows.ts";
import type { Rooms } from "../rooms.ts";
import { record } from "../audit/record.ts";
import { alertRoutes } from "./alerts.ts";
import { attainmentRoutes } from "./attainment.ts";
import { auditRoutes } from "./audit.ts";
import { breakRoutes } from "./breaks.ts";
import { breakGlassRoutes } from "./break-glass.ts";
import { calendarRoutes } from "./calendar.ts";
import { checkRoutes } from "./checks.ts";
import { clockRoutes } from "./clock.ts";
import { closeRoutes } from "./close.ts";
import { cloudEventRoutes } from "./cloudevents.ts";
import { collectorRoutes } from "./collectors.ts";
import { dashboardRoutes } from "./dashboards.ts";
import { deadlineRoutes } from "./deadlines.ts";
import { evidenceRoutes } from "./evidence.ts";
import { estateRoutes } from "./estate.ts";
import { flowRoutes } from "./flows.ts";
import { forecastRoutes } from "./forecast.ts";
import { freshnessRoutes } from "./freshness.ts";
import { healthRoutes } from "./health.ts";
import { incidentRoutes } from "./incidents.ts";
import { keyRoutes } from "./keys.ts";
import { lineageEventRoutes } from "./lineage-events.ts";
import { lineageGraphRoutes } from "./lineage-graph.ts";
import { lineageQuestionRoutes } from "./lineage-questions.ts";
import { lineRoutes } from "./lines.ts";
import { marquezRoutes } from "./marquez.ts";
import { marquezVersionRoutes } from "./marquez-versions.ts";
import { openapiRoutes } from "./openapi.ts";
import { peopleRoutes } from "./people.ts";
import { quarantineRoutes } from "./quarantine.ts";
import { readinessRoutes } from "./readiness.ts";
import { reconciliationRoutes } from "./reconciliations.ts";
import { requestActRoutes } from "./request-acts.ts";
import { requestRoutes } from "./requests.ts";
import { routingRoutes } from "./routing.ts";
import { runRoutes } from "./runs.ts";
import { sessionRoutes } from "./session.ts";
import { silenceRoutes } from "./silences.ts";
import { signoffRoutes } from "./signoffs.ts";
import { traceRoutes } from "./trace.ts";
import { vendorWebhookRoutes } from "./vendor-webhooks.ts";
import { waiverRoutes } from "./waivers.ts";
import { webhookRoutes } from "./webhooks.ts";

/** Every door there is over HTTP. */
export function routesOf(rooms: Rooms): Hono[] {
  const { ctx, people, ingest, collecting, checkpoints, incidents, sandbox, dashboards, maxEventBytes, webhooks } =
    rooms;
  const { permit } = people;
  const doors = { ctx, permit };
  const boards = { ...doors, collectors: () => Object.values(collecting.rows()) };
  const described = [
    lineageEventRoutes({ ingest, metrics: ctx.metrics, permit, maxEventBytes }),
    cloudEventRoutes({ ingest, metrics: ctx.metrics, permit, maxEventBytes }),
    webhookRoutes({ ingest, metrics: ctx.metrics, maxEventBytes, secrets: webhooks, now: () => new Date() }),
    quarantineRoutes({
      ...{ clickhouse: ctx.clickhouse, clock: ctx.clock, ingest, permit },
      audit: (entry) => ctx.postgres.transaction((tx) => record(tx, { at: ctx.clock.now(), ...entry })),
      changed: () => ctx.touch("quarantine"),
      noteRead: (actor, what) => noteRead(ctx, actor, what),
    }),
    closeRoutes(boards),
    calendarRoutes(doors),
    attainmentRoutes(doors),
    forecastRoutes(boards),
    flowRoutes({ ...boards, requests: async (entities) => Object.values(await requestRows(ctx, { entities })) }),
    freshnessRoutes(boards),
    deadlineRoutes(boards),
    reconciliationRoutes(doors),
    checkRoutes({ ...doors, checkpoints }),
    breakRoutes(doors),
    incidentRoutes(doors),
    lineRoutes(doors),
    lineageGraphRoutes(boards),
    lineageQuestionRoutes(boards),
    marquezRoutes(doors),
    marquezVersionRoutes(doors),
    runRoutes({ ...ctx, permit, noteRead: (actor, what) => noteRead(ctx, actor, what) }),
    traceRoutes(doors),
    estateRoutes(doors),
    dashboardRoutes({ ...boards, dashboards }),
    requestActRoutes(doors),
    requestRoutes(doors),
    readinessRoutes(boards),
    signoffRoutes(boards),
    waiverRoutes(boards),
    alertRoutes({ ctx, people }),
    routingRoutes(doors),
    silenceRoutes(doors),
    clockRoutes({
      row: () => clockRow(ctx.clock, sandbox?.clock ?? null),
      drive: sandbox?.drive ?? null,
      permit,
      changed: () => ctx.touch("clock"),
    }),
    collectorRoutes({ rows: collecting.rows, permit }),
    vendorWebhookRoutes({ collecting, ingest }),
    sessionRoutes({ ctx, people }),
    peopleRoutes({ ctx, people }),
    keyRoutes({ ctx, people }),
    breakGlassRoutes({ ...doors, news: incidents.news }),
    auditRoutes(doors),
    evidenceRoutes(doors),
  ];
  return [
    healthRoutes({
      metrics: ctx.metrics,
      parts: async () => ({ clickhouse: await ctx.clickhouse.ping(), postgres: await ctx.postgres.ping() }),
    }),
    ...described,
    openapiRoutes({ routes: described }),
  ];
}
