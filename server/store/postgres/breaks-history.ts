import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { BreakAttachment, BreakComment, BreakState, BreakStep } from "../../../schemas/wire/break.ts";
import { defineQuestion } from "../question.ts";
import { BigintColumn, InstantColumn } from "./columns.ts";

const By = { byId: z.string(), byName: z.string() };

function personOf<T extends { byId: string; byName: string }>({ byId, byName, ...rest }: T) {
  return { ...rest, by: { id: byId, name: byName } };
}

export const insertStep = defineQuestion({
  engine: "postgres",
  name: "break.insert-step",
  params: z.object({
    breakId: z.string(),
    at: Instant,
    ...By,
    act: z.string(),
    from: BreakState.nullable(),
    to: BreakState,
    amount: z.string(),
    text: z.string(),
  }),
  row: z.never(),
  sql: `INSERT INTO break_steps (break_id, at, by_id, by_name, act, from_state, to_state, amount, text)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
});

export const stepsOfBreak = defineQuestion({
  engine: "postgres",
  name: "break.steps",
  params: z.object({ breakId: z.string() }),
  row: BreakStep.omit({ by: true })
    .extend({ ...By, at: InstantColumn })
    .transform(personOf),
  sql: `SELECT at, by_id AS "byId", by_name AS "byName", act, from_state AS "from", to_state AS "to", amount, text
    FROM break_steps WHERE break_id = $1 ORDER BY sequence`,
});

export const insertComment = defineQuestion({
  engine: "postgres",
  name: "break.insert-comment",
  params: z.object({ id: z.string(), breakId: z.string(), at: Instant, ...By, text: z.string() }),
  row: z.never(),
  sql: "INSERT INTO break_comments (id, break_id, at, by_id, by_name, text) VALUES ($1, $2, $3, $4, $5, $6)",
});

export const commentsOfBreak = defineQuestion({
  engine: "postgres",
  name: "break.comments",
  params: z.object({ breakId: z.string() }),
  row: BreakComment.omit({ by: true })
    .extend({ ...By, at: InstantColumn })
    .transform(personOf),
  sql: `SELECT id, at, by_id AS "byId", by_name AS "byName", text FROM break_comments WHERE break_id = $1 ORDER BY id`,
});

const ATTACHMENT = `id, name, media_type AS "mediaType", octet_length(content) AS bytes, sha256, at, by_id AS "byId",
  by_name AS "byName"`;
const AttachmentRow = BreakAttachment.omit({ by: true }).extend({ ...By, at: InstantColumn, bytes: BigintColumn });

/** `content` in base64. */
export const insertAttachment = defineQuestion({
  engine: "postgres",
  name: "break.insert-attachment",
  params: z.object({
    id: z.string(),
    breakId: z.string(),
    at: Instant,
    ...By,
    name: z.string(),
    mediaType: z.string(),
    sha256: z.string(),
    content: z.base64(),
  }),
  row: AttachmentRow.transform(personOf),
  sql: `INSERT INTO break_attachments (id, break_id, at, by_id, by_name, name, media_type, sha256, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, decode($9, 'base64')) RETURNING ${ATTACHMENT}`,
});

export const attachmentsOfBreak = defineQuestion({
  engine: "postgres",
  name: "break.attachments",
  params: z.object({ breakId: z.string() }),
  row: AttachmentRow.transform(personOf),
  sql: `SELECT ${ATTACHMENT} FROM break_attachments WHERE break_id = $1 ORDER BY id`,
});

export const attachmentContent = defineQuestion({
  engine: "postgres",
  name: "break.attachment-content",
  params: z.object({ id: z.string(), breakId: z.string() }),
  row: z.object({ name: z.string(), mediaType: z.string(), sha256: z.string(), content: z.string() }),
  sql: `SELECT name, media_type AS "mediaType", sha256, encode(content, 'base64') AS content
    FROM break_attachments WHERE id = $1 AND break_id = $2`,
});
