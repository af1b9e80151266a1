import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Context } from "../context.ts";
import { periodsAsked } from "../people/in-periods.ts";
import { shownIncidents } from "../store/postgres/incidents.ts";
import { incidentRow, maySee, type Reader } from "./reading.ts";

/** The live topic shows this many resolved incidents, those resolved last. */
const RESOLVED = 200;

/** Rows of the topic `incidents` for a reader. */
export async function liveIncidentRows(
  ctx: Pick<Context, "postgres">,
  reader: Reader,
): Promise<Record<string, IncidentRow>> {
  const stored = await ctx.postgres.ask(shownIncidents, { resolved: RESOLVED, sight: periodsAsked(reader) });
  return Object.fromEntries(
    stored
      .filter((incident) => maySee(reader, incident))
      .map((incident) => [incident.id, incidentRow(reader, incident)]),
  );
}
