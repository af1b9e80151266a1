import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { Incident } from "../../../schemas/wire/incident.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/**
 * Incidents opened in a window with how they were answered: messages handed to receivers, and acts of people. What
 * turned out to be part of another is none.
 */
export const incidentFigures = defineQuestion({
  engine: "postgres",
  name: "measure.incidents",
  params: z.object({ since: Instant, until: Instant }),
  row: z.object({
    ...Incident.pick({ code: true, class: true, ownerRole: true, entities: true, periods: true, flows: true }).shape,
    openedAt: InstantColumn,
    acknowledgedAt: InstantColumn.nullable(),
    resolvedAt: InstantColumn.nullable(),
    messages: BigintColumn,
    acts: BigintColumn,
  }),
  sql: `SELECT code, class, owner_role AS "ownerRole", entities, periods, flows, opened_at AS "openedAt",
      (SELECT min(at) FROM incident_changes WHERE incident_id = incidents.id AND change = 'acknowledged')
        AS "acknowledgedAt",
      resolved_at AS "resolvedAt",
      (SELECT count(*) FROM alerts WHERE alerts.incident_id = incidents.id AND state = 'sent') AS messages,
      (SELECT count(*) FROM incident_changes WHERE incident_id = incidents.id AND by_id <> 'tieout') AS acts
    FROM incidents
    WHERE opened_at >= $1 AND opened_at < $2 AND coalesce(resolution ->> 'how', '') <> 'part of another'
    ORDER BY number`,
});
