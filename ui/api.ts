import type { DashboardAnswer, DashboardTitle } from "../schemas/dashboard.ts";
import type { Estate } from "../schemas/estate/estate.ts";
import type {
  AlertRow,
  Explanation,
  Inbox,
  Preferences,
  Routing,
  Silence,
  SilencePreview,
} from "../schemas/wire/alert.ts";
import type { Role } from "../schemas/estate/role.ts";
import type { System } from "../schemas/estate/system.ts";
import type { ForecastAnswer } from "../schemas/wire/forecast.ts";
import type { Accepted } from "../schemas/wire/ingest.ts";
import type { BreakDetail, BulkAnswer, ExplanationReason } from "../schemas/wire/break.ts";
import type { CalendarPreview } from "../schemas/wire/calendar-preview.ts";
import type { IncidentAnswer, IncidentDetail, IncidentRow } from "../schemas/wire/incident.ts";
import type { CloseHistory } from "../schemas/wire/close-history.ts";
import type { ClockRow, Me, RequestRow } from "../schemas/wire/live.ts";
import type {
  LineComparison,
  LineExtract,
  LineExtractDetail,
  LinesAbsent,
  RefusedExtractPage,
} from "../schemas/wire/lines.ts";
import type { Plan } from "../schemas/wire/plan.ts";
import type { ApprovalGiven, LoopReport, RequestBody, StepRow } from "../schemas/wire/request.ts";
import type { QuarantineItem } from "../schemas/wire/quarantine-item.ts";
import type { RuleDrill } from "../schemas/wire/reconcile-matrix.ts";
import type { SignoffRow, Waiver } from "../schemas/wire/signoff.ts";
import type { RunDetail } from "../schemas/wire/run-detail.ts";

/** A refusal as the server words it: what was wrong, and what to do. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "Refused";
    this.status = status;
    this.code = code;
  }
}

export interface SignInWays {
  password: boolean;
  /** Where to go for the identity provider's page. */
  oidc: string | null;
  /** One click each, in the demo only. */
  demo: { role: Role; title: string; name: string }[];
}

/** The estate as far as it concerns this person; how systems are reached stays on the server. */
export interface EstateDeclared extends Pick<
  Estate,
  "estate" | "entities" | "datasets" | "flows" | "reconciliations" | "close" | "reports" | "runbooks"
> {
  systems: (Pick<System, "id" | "title" | "kind" | "collector" | "namespace"> & { drivable: boolean })[];
}

/** What is asked for; an act the server takes for granted may be left out. */
export type RequestWish = Omit<Partial<RequestBody>, "reason"> & { reason: string };

/** A request whole: what was planned, who agreed, how far it is, what came of it. */
export interface RequestDetail {
  request: RequestRow;
  plan: Plan | null;
  steps: StepRow[];
  approvals: ApprovalGiven[];
  report: LoopReport | null;
  log: { at: string; by: string; action: string; text: string }[];
}

/** Breaks acted on, each with the revision that was looked at. */
interface Acted {
  ids: string[];
  revisions: Record<string, number>;
}

/** The one door of the console to the server, beside the live socket. */
export const api = {
  signInWays: () => ask<SignInWays>("GET", "/api/v1/session/options"),
  me: () => ask<Me>("GET", "/api/v1/session/me"),
  signInAs: (role: Role) => ask<unknown>("POST", "/api/v1/session/demo", { role }),
  /** `secondFactor`: a code is asked for before anybody is signed in. */
  signIn: (email: string, password: string) =>
    ask<Me | { secondFactor: "asked" }>("POST", "/api/v1/session/password", { email, password }),
  signOut: () => ask<unknown>("DELETE", "/api/v1/session/me"),
  estate: () => ask<EstateDeclared>("GET", "/api/v1/estate"),
  run: (runId: string) => ask<RunDetail>("GET", `/api/v1/runs/${encodeURIComponent(runId)}`),
  rerun: (wish: { flow: string; entity: string; period: string; dataset: string; reason: string }, key: string) =>
    ask<{ request: RequestRow; adopted: boolean }>("POST", "/api/v1/requests", wish, { "Idempotency-Key": key }),
  planRequest: (wish: RequestWish) => ask<Plan>("POST", "/api/v1/requests/plan", wish),
  askRequest: (wish: RequestWish, key: string) =>
    ask<{ request: RequestRow; adopted: boolean }>("POST", "/api/v1/requests", wish, { "Idempotency-Key": key }),
  request: (id: string) => ask<RequestDetail>("GET", `/api/v1/requests/${encodeURIComponent(id)}/detail`),
  decideRequest: (id: string, as: "approve" | "reject" | "break-glass", said: { digest: string; statement: string }) =>
    ask<RequestRow>("POST", `/api/v1/requests/${encodeURIComponent(id)}/${as}`, said),
  changeRequest: (id: string, as: "pause" | "resume" | "cancel", reason: string) =>
    ask<RequestRow>("POST", `/api/v1/requests/${encodeURIComponent(id)}/${as}`, { reason }),
  mendStep: (
    id: string,
    step: string,
    as: "skip" | "confirm" | "discard" | "redrive",
    said: { reason: string; parameters?: Record<string, string> },
  ) => ask<RequestRow>("POST", `/api/v1/requests/${[id, "steps", step, as].map(encodeURIComponent).join("/")}`, said),
  quarantined: (id: string) => ask<QuarantineItem>("GET", `/api/v1/quarantine/${encodeURIComponent(id)}`),
  resubmit: (id: string, text: string, reason: string) =>
    ask<Accepted>("POST", `/api/v1/quarantine/${encodeURIComponent(id)}/resubmit`, { text, reason }),
  discard: (id: string, reason: string) =>
    ask<unknown>("POST", `/api/v1/quarantine/${encodeURIComponent(id)}/discard`, { reason }),
  prepareSignoff: (asked: { entity: string; period: string; milestone: string; statement: string }) =>
    ask<SignoffRow>("POST", "/api/v1/signoffs", asked),
  countersign: (id: string, step: "review" | "certify", said: { digest: string; statement: string }) =>
    ask<SignoffRow>("POST", `/api/v1/signoffs/${encodeURIComponent(id)}/${step}`, said),
  withdrawSignoff: (id: string, reason: string) =>
    ask<SignoffRow>("POST", `/api/v1/signoffs/${encodeURIComponent(id)}/withdraw`, { reason }),
  waive: (asked: Pick<Waiver, "waives" | "entity" | "period" | "milestone" | "reason" | "expiresAt">) =>
    ask<Waiver>("POST", "/api/v1/waivers", asked),
  withdrawWaiver: (id: string, reason: string) =>
    ask<Waiver>("POST", `/api/v1/waivers/${encodeURIComponent(id)}/withdraw`, { reason }),
  closeHistory: (period: string) => ask<CloseHistory>("GET", `/api/v1/close/${encodeURIComponent(period)}/history`),
  drill: (rule: string, period: string, entity: string, show: "off" | "all") =>
    ask<RuleDrill>(
      "GET",
      `/api/v1/reconciliations/${[rule, entity].map(encodeURIComponent).join("/")}?${new URLSearchParams({ period, show })}`,
    ),
  /** The lines of a rule's hop side by side; `how` narrows, groups and pages them. */
  compareLines: (of: { rule: string; hop: string; entity: string; period: string }, how: Record<string, string>) =>
    ask<LineComparison | LinesAbsent>("GET", `/api/v1/lines/compare?${new URLSearchParams({ ...of, ...how })}`),
  refusedLines: (show: "open" | "all") => ask<RefusedExtractPage>("GET", `/api/v1/lines/refused?show=${show}`),
  lineExtract: (id: string) => ask<LineExtractDetail>("GET", `/api/v1/lines/${encodeURIComponent(id)}`),
  resubmitLines: (id: string, file: File, reason: string) =>
    ask<LineExtract>(
      "POST",
      `/api/v1/lines/${encodeURIComponent(id)}/resubmit?${new URLSearchParams({ reason })}`,
      file,
    ),
  breakDetail: (id: string) => ask<BreakDetail>("GET", `/api/v1/breaks/${encodeURIComponent(id)}`),
  assignBreaks: (asked: Acted & { to: string }) => ask<BulkAnswer>("POST", "/api/v1/breaks/assign", asked),
  explainBreaks: (asked: Acted & { reason: ExplanationReason; text: string }) =>
    ask<BulkAnswer>("POST", "/api/v1/breaks/explain", asked),
  reviewBreaks: (asked: Acted & { approved: boolean; text: string }) =>
    ask<BulkAnswer>("POST", "/api/v1/breaks/review", asked),
  settleBreaks: (asked: Acted & { as: string; text: string }) =>
    ask<BulkAnswer>("POST", "/api/v1/breaks/settle", asked),
  reopenBreaks: (asked: Acted & { text: string }) => ask<BulkAnswer>("POST", "/api/v1/breaks/reopen", asked),
  remark: (id: string, text: string) =>
    ask<unknown>("POST", `/api/v1/breaks/${encodeURIComponent(id)}/comments`, { text }),
  attach: (id: string, file: File) =>
    ask<unknown>(
      "POST",
      `/api/v1/breaks/${encodeURIComponent(id)}/attachments?${new URLSearchParams({ name: file.name })}`,
      file,
    ),
  incident: (id: string) => ask<IncidentDetail>("GET", `/api/v1/incidents/${encodeURIComponent(id)}`),
  acknowledgeIncidents: (asked: Acted) => ask<IncidentAnswer>("POST", "/api/v1/incidents/acknowledge", asked),
  wakeIncidents: (asked: Acted) => ask<IncidentAnswer>("POST", "/api/v1/incidents/wake", asked),
  assignIncidents: (asked: Acted & { to: string; text?: string }) =>
    ask<IncidentAnswer>("POST", "/api/v1/incidents/assign", asked),
  snoozeIncidents: (asked: Acted & { until?: string; milestone?: string; text: string }) =>
    ask<IncidentAnswer>("POST", "/api/v1/incidents/snooze", asked),
  resolveIncidents: (asked: Acted & { text: string }) =>
    ask<IncidentAnswer>("POST", "/api/v1/incidents/resolve", asked),
  noteIncident: (id: string, text: string, postMortem: boolean) =>
    ask<IncidentRow>("POST", `/api/v1/incidents/${encodeURIComponent(id)}/notes`, { text, postMortem }),
  tickStep: (id: string, step: number, done: boolean) =>
    ask<IncidentRow>("POST", `/api/v1/incidents/${encodeURIComponent(id)}/steps`, { step, done }),
  inbox: () => ask<Inbox>("GET", "/api/v1/inbox"),
  readInbox: (ids: string[] | null) => ask<unknown>("POST", "/api/v1/inbox/read", { ids }),
  preferences: () => ask<Preferences>("GET", "/api/v1/preferences"),
  choosePreferences: (chosen: Preferences) => ask<Preferences>("PUT", "/api/v1/preferences", chosen),
  routing: () => ask<Routing>("GET", "/api/v1/routing"),
  explainRouting: (asked: unknown) => ask<Explanation>("POST", "/api/v1/routing/explain", asked),
  silences: () => ask<{ silences: Silence[] }>("GET", "/api/v1/silences"),
  previewSilence: (asked: Pick<Silence, "matcher" | "expiresAt">) =>
    ask<SilencePreview>("POST", "/api/v1/silences/preview", asked),
  silence: (asked: Pick<Silence, "matcher" | "reason" | "expiresAt" | "hidesWorst">) =>
    ask<Silence>("POST", "/api/v1/silences", asked),
  expireSilence: (id: string) => ask<Silence>("POST", `/api/v1/silences/${encodeURIComponent(id)}/expire`),
  alertsOf: (incident: string) =>
    ask<{ alerts: AlertRow[] }>("GET", `/api/v1/incidents/${encodeURIComponent(incident)}/alerts`),
  forecast: (period: string) => ask<ForecastAnswer>("GET", `/api/v1/forecast/${encodeURIComponent(period)}`),
  calendar: (period: string) => ask<CalendarPreview>("GET", `/api/v1/calendar/${encodeURIComponent(period)}`),
  dashboards: () => ask<{ dashboards: DashboardTitle[] }>("GET", "/api/v1/dashboards"),
  dashboard: (id: string, period: string | null) =>
    ask<DashboardAnswer>("GET", `/api/v1/dashboards/${encodeURIComponent(id)}${period ? `?period=${period}` : ""}`),
  clock: (order: { speed: number } | { paused: boolean }) => ask<ClockRow>("POST", "/api/v1/clock", order),
};

/** Asks the server; refusals are thrown as it words them. */
export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...contentType(body) },
    ...(body === undefined ? {} : { body: body instanceof File ? body : JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused(0, "unreachable", "The server does not answer. Check the connection and try again.");
  });
  if (response.ok) return (response.status === 204 ? null : await response.json()) as T;
  const told = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  throw new Refused(response.status, told.code ?? "crash", told.detail ?? `The server answered ${response.status}.`);
}

function contentType(body: unknown): Record<string, string> {
  if (body === undefined) return {};
  return { "Content-Type": body instanceof File ? body.type || "application/octet-stream" : "application/json" };
}
