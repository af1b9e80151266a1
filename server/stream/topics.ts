import type { AlertPulse } from "../../schemas/wire/alert.ts";
import type { CloseRow } from "../../schemas/wire/board.ts";
import type { BreakRow } from "../../schemas/wire/break.ts";
import type { FlowStrip } from "../../schemas/wire/flow-strip.ts";
import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { TieLine } from "../../schemas/wire/line.ts";
import type { ClockRow, CollectorRow, QuarantineRow, RequestRow, RequestTopicRow } from "../../schemas/wire/live.ts";
import type { EntityReadiness, ReportImpact } from "../../schemas/wire/readiness.ts";
import type { ReconcileRow } from "../../schemas/wire/reconcile-matrix.ts";
import type { DeskRow } from "../../schemas/wire/request.ts";
import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import type { Audience, Reader, Topic } from "./topic.ts";
import { defineTopic } from "./topic.ts";

/** Where topics take their rows from; each room answers for itself. */
export interface TopicSources {
  board(period: string, audience: Audience): Promise<Record<string, CloseRow> | null>;
  lines(period: string, entity: string, audience: Audience): Record<string, TieLine> | null;
  strips(period: string, audience: Audience): Promise<Record<string, FlowStrip> | null>;
  clock(): ClockRow;
  alerts(): Promise<AlertPulse>;
  collectors(): Record<string, CollectorRow>;
  quarantine(): Promise<Record<string, QuarantineRow>>;
  requests(reader: Reader): Promise<Record<string, RequestRow>>;
  request(id: string, reader: Reader): Promise<Record<string, RequestTopicRow> | null>;
  desk(audience: Audience): Promise<Record<string, DeskRow>>;
  reconcile(period: string, audience: Audience): Promise<Record<string, ReconcileRow> | null>;
  breaks(reader: Reader): Promise<Record<string, BreakRow>>;
  incidents(reader: Reader): Promise<Record<string, IncidentRow>>;
  signoffs(period: string, audience: Audience): Promise<Record<string, SignoffRow> | null>;
  readiness(period: string, entity: string, audience: Audience): Promise<Record<string, EntityReadiness> | null>;
  impact(period: string, audience: Audience): Promise<Record<string, ReportImpact> | null>;
}

/** Every live topic there is. */
export function createTopics(sources: TopicSources): Topic[] {
  return [...figureTopics(sources), ...deskTopics(sources)] as unknown as Topic[];
}

/** Topics that move with what is known of figures, and with what people decide on them. */
function figureTopics(sources: TopicSources) {
  return [
    defineTopic({
      name: "close",
      scope: "board:read",
      params: ["period"],
      ticks: true,
      rows: ({ period }, { entities }) => sources.board(period ?? "", entities),
    }),
    defineTopic({
      name: "line",
      scope: "board:read",
      params: ["period", "entity"],
      ticks: true,
      rows: ({ period, entity }, { entities }) => sources.lines(period ?? "", entity ?? "", entities),
    }),
    defineTopic({
      name: "flows",
      scope: "board:read",
      params: ["period"],
      ticks: true,
      rows: ({ period }, { entities }) => sources.strips(period ?? "", entities),
    }),
    defineTopic({
      name: "reconcile",
      scope: "board:read",
      params: ["period"],
      ticks: false,
      rows: ({ period }, { entities }) => sources.reconcile(period ?? "", entities),
    }),
    defineTopic({
      name: "breaks",
      scope: "board:read",
      params: [],
      ticks: false,
      byPeriods: true,
      rows: (_params, reader) => sources.breaks(reader),
    }),
    defineTopic({
      name: "signoffs",
      scope: "signoff:read",
      params: ["period"],
      ticks: false,
      rows: ({ period }, { entities }) => sources.signoffs(period ?? "", entities),
    }),
    defineTopic({
      name: "readiness",
      scope: "board:read",
      params: ["period", "entity"],
      ticks: true,
      rows: ({ period, entity }, { entities }) => sources.readiness(period ?? "", entity ?? "", entities),
    }),
    defineTopic({
      name: "impact",
      scope: "board:read",
      params: ["period"],
      ticks: true,
      rows: ({ period }, { entities }) => sources.impact(period ?? "", entities),
    }),
  ];
}

/** Topics of the tower's own desk: its clock, its collectors, what waits for somebody. */
function deskTopics(sources: TopicSources) {
  return [
    defineTopic({
      name: "clock",
      scope: "board:read",
      params: [],
      ticks: true,
      rows: () => ({ clock: sources.clock() }),
    }),
    defineTopic({
      name: "collectors",
      scope: "collector:read",
      params: [],
      ticks: true,
      rows: () => sources.collectors(),
    }),
    defineTopic({
      name: "alerts",
      scope: "alert:read",
      params: [],
      ticks: false,
      rows: async () => ({ inbox: await sources.alerts() }),
    }),
    defineTopic({
      name: "quarantine",
      scope: "quarantine:read",
      params: [],
      ticks: false,
      rows: () => sources.quarantine(),
    }),
    defineTopic({
      name: "incidents",
      scope: "incident:read",
      params: [],
      ticks: false,
      byRole: true,
      byPeriods: true,
      rows: (_params, reader) => sources.incidents(reader),
    }),
    defineTopic({
      name: "requests",
      scope: "request:read",
      params: [],
      ticks: false,
      byPeriods: true,
      rows: (_params, reader) => sources.requests(reader),
    }),
    defineTopic({
      name: "request",
      scope: "request:read",
      params: ["id"],
      ticks: false,
      byPeriods: true,
      rows: ({ id }, reader) => sources.request(id ?? "", reader),
    }),
    defineTopic({
      name: "desk",
      scope: "request:read",
      params: [],
      ticks: false,
      rows: (_params, { entities }) => sources.desk(entities),
    }),
  ];
}
