import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { BigintColumn } from "./columns.ts";

export const NEWS_CHANNEL = "tieout_news";

/** Tells the other processes; those that listen are woken. `body` is JSON text. */
export const tellNews = defineQuestion({
  engine: "postgres",
  name: "news.tell",
  params: z.object({ holder: z.string(), body: z.string() }),
  row: z.unknown(),
  sql: `WITH told AS (INSERT INTO news (holder, body) VALUES ($1, $2::json) RETURNING id)
    SELECT pg_notify('${NEWS_CHANNEL}', id::text) FROM told`,
});

/**
 * What others told after a row, and what is young enough to have been written by a transaction that took its number
 * earlier and ended later; in order.
 */
export const newsAfter = defineQuestion({
  engine: "postgres",
  name: "news.after",
  params: z.object({ after: z.int(), holder: z.string() }),
  row: z.object({ id: BigintColumn, body: z.unknown() }),
  sql: `SELECT id, body FROM news
    WHERE (id > $1 OR told_at > clock_timestamp() - interval '10 seconds') AND holder <> $2 ORDER BY id LIMIT 1000`,
});

/** Where to begin to listen: behind what was told before facts can have been read. */
export const newestNews = defineQuestion({
  engine: "postgres",
  name: "news.newest",
  params: z.object({}),
  row: z.object({ id: BigintColumn }),
  sql: `SELECT coalesce(
      (SELECT min(id) - 1 FROM news WHERE told_at > clock_timestamp() - interval '5 minutes'),
      (SELECT max(id) FROM news), 0) AS id`,
});

export const dropOldNews = defineQuestion({
  engine: "postgres",
  name: "news.drop-old",
  params: z.object({}),
  row: z.never(),
  sql: "DELETE FROM news WHERE told_at < clock_timestamp() - interval '10 minutes'",
});
