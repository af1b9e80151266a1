import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { runbookGuides } from "../runbooks/runbook-guides.ts";
import { markStep } from "../store/postgres/incidents-history.ts";
import { actOnIncident, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";

/** Ticks a step of the incident's runbook off, or takes that back. */
export function tickStep(
  ctx: IncidentActing,
  actor: Actor,
  { step, done, ...asked }: ActedIncident & { step: number; done: boolean },
): Promise<IncidentRow> {
  return actOnIncident(ctx, actor, { ...asked, name: "step" }, async (incident, at, tx) => {
    const guide = incident.runbook === null ? undefined : runbookGuides(ctx.estate).get(incident.runbook);
    const declared = guide?.steps.find(({ number }) => number === step);
    if (!declared) throw new Fault("not-found", `Its runbook has no step ${step}.`, { pointer: "/step" });
    await tx.ask(markStep, { incident: incident.id, step, done, byId: actor.id, byName: actor.name, at });
    const text = `Step ${step} ${done ? "done" : "taken back"}: ${firstSentence(declared.text)}`;
    return { next: {}, change: "step", text, detail: { step, done, runbook: incident.runbook } };
  });
}

/** Plain words of Markdown up to the first full stop. */
function firstSentence(markdown: string): string {
  const plain = markdown.replaceAll(/[*_`]/g, "").replaceAll(/\s+/g, " ");
  return plain.split(/(?<=[.:])\s/)[0] ?? plain;
}
