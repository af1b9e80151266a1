import pino from "pino";
import { v7 as uuidv7 } from "uuid";
import type { Estate } from "../schemas/estate/estate.ts";
import type { Role } from "../schemas/estate/role.ts";
import type { Severity } from "../schemas/estate/route.ts";
import type { IncidentChangeKind } from "../schemas/wire/incident.ts";
import type { Context } from "../server/context.ts";
import { dispatchAlerts } from "../server/notify/dispatch-alerts.ts";
import { madeUpIncident, type MadeUp } from "../server/notify/explain-routing.ts";
import { openAlerting } from "../server/notify/open-alerting.ts";
import { lockIncidents, openIncident, writeIncident, type StoredIncident } from "../server/store/postgres/incidents.ts";
import { tellChange } from "../server/store/postgres/incidents-history.ts";
import { insertPerson, setDuty } from "../server/store/postgres/people.ts";
import type { Postgres } from "../server/store/postgres.ts";

/** WD+3 of the October close, a Wednesday noon in Berlin. */
export const IN_CLOSE = "2026-11-04T11:00:00.000Z";

export interface AlertTower {
  ctx: Context;
  /** Moves the clock verdicts are judged by. */
  setNow(at: string): void;
  pass(minutes: number): void;
  dispatch(): Promise<void>;
}

/** What alerting needs of a tower, over a real store: a clock of one's own, and receivers by the environment. */
export function alertTower(
  postgres: Postgres,
  estate: Estate,
  environment: Record<string, string> = {},
  holdMilliseconds = 60_000,
): AlertTower {
  let now = new Date(IN_CLOSE);
  const alerting = openAlerting({ estate, environment, publicUrl: "https://tieout.example", secret: "s".repeat(32) });
  const ctx = {
    ...{ postgres, estate, alerting: { ...alerting, holdMilliseconds }, log: pino({ level: "silent" }) },
    clock: { now: () => now },
    touch: () => {},
    handles: () => false,
    enqueue: async () => {},
  } as unknown as Context;
  return {
    ctx,
    setNow: (at) => (now = new Date(at)),
    pass: (minutes) => (now = new Date(now.getTime() + minutes * 60_000)),
    dispatch: () => dispatchAlerts(ctx),
  };
}

/** Adds a person as they are kept; answers their id. */
export async function addReader(postgres: Postgres, name: string, role: Role, entities: string[] | null = null) {
  const id = uuidv7();
  const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@small.example`;
  await postgres.ask(insertPerson, { id, name, email });
  await postgres.ask(setDuty, { personId: id, role, entities });
  return { id, name, email, role, entities };
}

/** Opens an incident as its room does: with its change, in one transaction. */
export async function tellIncident(
  { ctx }: AlertTower,
  made: Partial<MadeUp>,
  more: Partial<StoredIncident> = {},
): Promise<StoredIncident> {
  const now = ctx.clock.now();
  const asked: MadeUp = { code: "late-posting", severity: null, entities: ["DE01"], flow: "actuals", ...made };
  const incident = { ...madeUpIncident(ctx, asked, now), id: uuidv7(), causeKey: uuidv7(), ...more };
  return ctx.postgres.transaction(async (tx) => {
    await tx.ask(lockIncidents, {});
    const [opened] = await tx.ask(openIncident, incident);
    return { ...opened!, sequence: await tell(tx, opened!, "opened", now) };
  });
}

/** Changes an incident as its room does. */
export async function changeIncident(
  { ctx }: AlertTower,
  incident: StoredIncident,
  change: IncidentChangeKind,
  next: Partial<StoredIncident> & { severity?: Severity },
): Promise<StoredIncident> {
  const now = ctx.clock.now();
  return ctx.postgres.transaction(async (tx) => {
    await tx.ask(lockIncidents, {});
    const [written] = await tx.ask(writeIncident, { ...incident, ...next, changedAt: now.toISOString() });
    return { ...written!, sequence: await tell(tx, written!, change, now) };
  });
}

async function tell(
  tx: Pick<Postgres, "ask">,
  { id, severity }: StoredIncident,
  change: IncidentChangeKind,
  now: Date,
): Promise<number> {
  const by = { byId: "tieout", byName: "Tieout" };
  const told = { incident: id, change, at: now.toISOString(), ...by, severity, text: change, detail: {} };
  const [{ sequence } = { sequence: 0 }] = await tx.ask(tellChange, told);
  return sequence;
}
