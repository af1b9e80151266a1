import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** A person's open sessions, newest first; never what proves them. */
export const sessionsOf = defineQuestion({
  engine: "postgres",
  name: "session.list",
  params: z.object({ personId: z.string() }),
  row: z.object({
    id: z.string(),
    startedAt: InstantColumn,
    endsAt: InstantColumn,
    address: z.string().nullable(),
    browser: z.string().nullable(),
  }),
  sql: `SELECT id, created_at AS "startedAt", expires_at AS "endsAt", nullif(ip_address, '') AS address,
      nullif(user_agent, '') AS browser
    FROM sessions WHERE person_id = $1 AND expires_at > now() ORDER BY created_at DESC, id LIMIT 200`,
});

/** Answers no row where the person has no such session. */
export const deleteSession = defineQuestion({
  engine: "postgres",
  name: "session.delete",
  params: z.object({ personId: z.string(), id: z.string() }),
  row: z.object({ id: z.string() }),
  sql: "DELETE FROM sessions WHERE person_id = $1 AND id = $2 RETURNING id",
});

/** Answers the sessions that ended. */
export const deleteSessions = defineQuestion({
  engine: "postgres",
  name: "person.delete-sessions",
  params: z.object({ personId: z.string() }),
  row: z.object({ id: z.string() }),
  sql: "DELETE FROM sessions WHERE person_id = $1 RETURNING id",
});
