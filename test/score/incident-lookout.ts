import type { Label } from "../../sandbox/world/fault-script.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { IncidentChangeKind } from "../../schemas/wire/incident.ts";
import { blindSystems } from "../../server/checks/blind-systems.ts";
import { EXCEPTION_TABLE } from "../../server/checks/exception-table.ts";
import { findIncidents } from "../../server/incidents/find-incidents.ts";
import { foldIncidents, type Known } from "../../server/incidents/fold-incidents.ts";
import type { OpenException } from "../../server/incidents/open-exception.ts";
import { upstreamOf } from "../../server/incidents/upstream.ts";
import type { Look } from "../flow/played-tower.ts";

/** A time people were told of an incident they had not been told of. */
export interface Alarm {
  at: string;
  change: IncidentChangeKind;
  incident: Known;
  causes: readonly OpenException[];
}

/** Carries incidents on over looks as the server does, and answers every first alarm: opened, or come back. */
export function alarmsOver(estate: Estate, looks: readonly Look[]): Alarm[] {
  const order = upstreamOf(estate);
  const alarms: Alarm[] = [];
  let known: Known[] = [];
  let made = 0;
  for (const { at, exceptions, collectors } of looks) {
    const blind = new Set(blindSystems(estate, collectors).keys());
    const found = findIncidents(estate, order, { now: at, exceptions: [...exceptions], blind });
    const folded = foldIncidents(known, found, () => `incident-${++made}`);
    for (const { next, told } of folded) {
      known = [...known.filter(({ id }) => id !== next.id), next];
      if (told?.change !== "opened" && told?.change !== "reopened") continue;
      alarms.push({ at, change: told.change, incident: next, causes: found.groups.get(next.causeKey)!.causes });
    }
  }
  // Nobody signs in a play, so that signatures are owed in the end, and rightly.
  return alarms.filter(({ incident }) => incident.code !== "handoff-overdue");
}

/** Whether an alarm is of a labelled fault: of its kind, at its system and entity, while it shows. */
export function alarmTells(estate: Estate, { at, causes }: Alarm, label: Label, within: number): boolean {
  if (label.shownAt === null) return false;
  const systems = new Map(estate.datasets.map(({ id, system }) => [id, system]));
  // A posting is made at the source of its flow, wherever it is first missed.
  const source = (flow: string | null) => systems.get(estate.flows.find(({ id }) => id === flow)?.source ?? "");
  const shows = Date.parse(at) >= label.shownAt && Date.parse(at) <= (label.clearedAt ?? Infinity) + within;
  return (
    shows &&
    causes.some(
      ({ code, system, flow, entity }) =>
        code === label.code &&
        (system === label.system || source(flow) === label.system) &&
        (label.entity === null || entity === label.entity),
    )
  );
}

export interface AlarmScore {
  rootCauses: number;
  alarms: number;
  /** Faults whose first alarm went to who owns their kind. */
  rightRole: number;
  /** Faults no alarm was of. */
  missed: string[];
}

/** How many alarms the faults of a play made, and whom the first of each went to. */
export function scoreAlarms(
  estate: Estate,
  alarms: readonly Alarm[],
  labels: readonly Label[],
  within: number,
): AlarmScore {
  const firsts = labels.map((label) => ({
    label,
    first: alarms.find((alarm) => alarmTells(estate, alarm, label, within)),
  }));
  return {
    rootCauses: labels.length,
    alarms: alarms.length,
    rightRole: firsts.filter(({ label, first }) => first?.incident.ownerRole === EXCEPTION_TABLE[label.code].owner)
      .length,
    missed: firsts.filter(({ first }) => !first).map(({ label }) => label.id),
  };
}
