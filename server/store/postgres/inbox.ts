import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { Preferences } from "../../../schemas/wire/alert.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

/** The newest of one person's inbox, and how many they have not read. */
export const inboxOf = defineQuestion({
  engine: "postgres",
  name: "inbox.of",
  params: z.object({ person: z.string(), limit: z.int() }),
  row: z.object({
    id: z.string(),
    incident: z.string(),
    occasion: z.enum(["opened", "worsened", "escalated"]),
    because: z.string(),
    sentAt: InstantColumn,
    readAt: InstantColumn.nullable(),
  }),
  sql: `SELECT id, incident_id AS incident, occasion, because, sent_at AS "sentAt", read_at AS "readAt" FROM alerts
    WHERE receiver = 'inbox' AND state = 'sent' AND recipient = $1 ORDER BY id DESC LIMIT $2`,
});

export const countUnread = defineQuestion({
  engine: "postgres",
  name: "inbox.unread",
  params: z.object({ person: z.string() }),
  row: z.object({ unread: BigintColumn }),
  sql: `SELECT count(*) AS unread FROM alerts
    WHERE receiver = 'inbox' AND state = 'sent' AND recipient = $1 AND read_at IS NULL`,
});

/** `ids` null is all. */
export const markRead = defineQuestion({
  engine: "postgres",
  name: "inbox.mark-read",
  params: z.object({ person: z.string(), ids: z.array(z.string()).nullable(), at: Instant }),
  row: z.object({ id: z.string() }),
  sql: `UPDATE alerts SET read_at = $3 WHERE receiver = 'inbox' AND state = 'sent' AND recipient = $1 AND read_at IS NULL
    AND ($2::text[] IS NULL OR id = ANY($2)) RETURNING id`,
});

/** When the last message reached an inbox, and how many have. */
export const inboxPulse = defineQuestion({
  engine: "postgres",
  name: "inbox.pulse",
  params: z.object({}),
  row: z.object({ newestAt: InstantColumn.nullable(), sent: BigintColumn }),
  sql: `SELECT max(sent_at) AS "newestAt", count(*) AS sent FROM alerts WHERE receiver = 'inbox' AND state = 'sent'`,
});

const StoredPreferences = Preferences.extend({ person: z.string() });

export const preferencesOf = defineQuestion({
  engine: "postgres",
  name: "preferences.of",
  params: z.object({ people: z.array(z.string()) }),
  row: StoredPreferences,
  sql: `SELECT person_id AS person, email, browser FROM alert_preferences WHERE person_id = ANY($1)`,
});

export const setPreferences = defineQuestion({
  engine: "postgres",
  name: "preferences.set",
  params: z.object({ person: z.string(), email: Preferences.shape.email, browser: z.boolean() }),
  row: StoredPreferences,
  sql: `INSERT INTO alert_preferences (person_id, email, browser) VALUES ($1, $2, $3)
    ON CONFLICT (person_id) DO UPDATE SET email = excluded.email, browser = excluded.browser
    RETURNING person_id AS person, email, browser`,
});

/** How the receivers stand: what waits because it could not be handed over, and the latest trouble and success of each. */
export const receiverStates = defineQuestion({
  engine: "postgres",
  name: "alert.receivers",
  params: z.object({}),
  row: z.object({
    receiver: z.string(),
    waiting: BigintColumn,
    trouble: z.string().nullable(),
    lastSentAt: InstantColumn.nullable(),
  }),
  sql: `SELECT receiver, count(*) FILTER (WHERE state = 'waiting') AS waiting,
      max(trouble) FILTER (WHERE state = 'waiting' OR wanted > shown) AS trouble, max(sent_at) AS "lastSentAt"
    FROM alerts GROUP BY receiver`,
});
