import * as z from "zod";
import { Matcher } from "../../../schemas/estate/route.ts";
import { Instant } from "../../../schemas/instant.ts";
import type { Silence } from "../../../schemas/wire/alert.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

const StoredSilence = z
  .object({
    id: z.string(),
    matcher: Matcher,
    reason: z.string(),
    createdById: z.string(),
    createdByName: z.string(),
    createdAt: InstantColumn,
    startsAt: InstantColumn,
    expiresAt: InstantColumn,
    endedAt: InstantColumn.nullable(),
    endedById: z.string().nullable(),
    endedByName: z.string().nullable(),
    hidesWorst: z.boolean(),
  })
  .transform(({ createdById, createdByName, endedById, endedByName, ...rest }): Silence => ({
    ...rest,
    createdBy: { id: createdById, name: createdByName },
    endedBy: endedById === null ? null : { id: endedById, name: endedByName ?? "" },
  }));

const COLUMNS = `id, matcher, reason, created_by AS "createdById", created_by_name AS "createdByName",
  created_at AS "createdAt", starts_at AS "startsAt", expires_at AS "expiresAt", ended_at AS "endedAt",
  ended_by AS "endedById", ended_by_name AS "endedByName", hides_worst AS "hidesWorst"`;

export const insertSilence = defineQuestion({
  engine: "postgres",
  name: "silence.insert",
  params: z.object({
    id: z.string(),
    matcher: Matcher.transform((matcher) => JSON.stringify(matcher)),
    reason: z.string(),
    createdBy: z.string(),
    createdByName: z.string(),
    at: Instant,
    startsAt: Instant,
    expiresAt: Instant,
    hidesWorst: z.boolean(),
  }),
  row: StoredSilence,
  sql: `INSERT INTO silences (id, matcher, reason, created_by, created_by_name, created_at, starts_at, expires_at,
      hides_worst) VALUES ($1, $2::jsonb, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
});

/** Those that keep something back at an instant, or will. */
export const silencesInForce = defineQuestion({
  engine: "postgres",
  name: "silence.in-force",
  params: z.object({ now: Instant }),
  row: StoredSilence,
  sql: `SELECT ${COLUMNS} FROM silences WHERE ended_at IS NULL AND expires_at > $1 ORDER BY expires_at`,
});

/** Newest first. */
export const silencePage = defineQuestion({
  engine: "postgres",
  name: "silence.page",
  params: z.object({ limit: z.int() }),
  row: StoredSilence,
  sql: `SELECT ${COLUMNS} FROM silences ORDER BY id DESC LIMIT $1`,
});

/** No row where it has ended already. */
export const endSilence = defineQuestion({
  engine: "postgres",
  name: "silence.end",
  params: z.object({ id: z.string(), at: Instant, by: z.string(), byName: z.string() }),
  row: StoredSilence,
  sql: `UPDATE silences SET ended_at = $2, ended_by = $3, ended_by_name = $4
    WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 RETURNING ${COLUMNS}`,
});

/** What waits because of silences is looked at again. */
export const lookAgainAtSilenced = defineQuestion({
  engine: "postgres",
  name: "silence.look-again",
  params: z.object({ now: Instant }),
  row: z.never(),
  sql: "UPDATE alerts SET due_at = $1 WHERE state = 'waiting' AND stage = 'silence'",
});

/** Messages about some incidents that are on their way. */
export const countWaiting = defineQuestion({
  engine: "postgres",
  name: "silence.count-waiting",
  params: z.object({ incidents: z.array(z.string()) }),
  row: z.object({ waiting: BigintColumn }),
  sql: "SELECT count(*) AS waiting FROM alerts WHERE state = 'waiting' AND incident_id = ANY($1)",
});
