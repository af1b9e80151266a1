import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { Role } from "../../../schemas/estate/role.ts";
import { SignoffChange, SignoffRow, SignoffState, SignoffStep } from "../../../schemas/wire/signoff.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** A signature as kept inside a sign-off's row; `signer` is the person whatever account they used. */
const StoredSignature = z.object({
  step: SignoffStep,
  signer: z.string(),
  personId: z.string(),
  personName: z.string(),
  role: Role,
  statement: z.string(),
  at: z.string().transform((at) => new Date(at).toISOString()),
});

/** A sign-off as kept, without the text of what it binds. */
export const StoredSignoff = z.object({
  id: z.string(),
  entity: z.string(),
  period: z.string(),
  milestone: z.string(),
  title: z.string(),
  close: SignoffRow.shape.close,
  round: z.int(),
  state: SignoffState,
  digest: z.string(),
  waivers: z.array(z.string()),
  changedAt: InstantColumn,
  certifiedAt: InstantColumn.nullable(),
  endedAt: InstantColumn.nullable(),
  reason: z.string().nullable(),
  changes: z.array(SignoffChange),
  moreChanges: z.int(),
  signatures: z.array(StoredSignature),
});
export type StoredSignoff = z.infer<typeof StoredSignoff>;

const COLUMNS = `s.id, s.entity, s.period, s.milestone, s.title, s.close, s.round, s.state, s.digest, s.waivers,
  s.changed_at AS "changedAt", s.certified_at AS "certifiedAt", s.ended_at AS "endedAt", s.reason, s.changes,
  s.more_changes AS "moreChanges",
  coalesce((
    SELECT json_agg(json_build_object('step', g.step, 'signer', g.signer, 'personId', g.person_id,
      'personName', g.person_name, 'role', g.role, 'statement', g.statement, 'at', g.at) ORDER BY array_position(ARRAY['prepare', 'review', 'certify'], g.step))
    FROM signatures g WHERE g.signoff_id = s.id
  ), '[]') AS signatures`;

/** Begins the next round; no row where a sign-off of the milestone stands already. */
export const insertSignoff = defineQuestion({
  engine: "postgres",
  name: "signoff.insert",
  params: z.object({
    id: z.string(),
    entity: z.string(),
    period: z.string(),
    milestone: z.string(),
    title: z.string(),
    close: SignoffRow.shape.close,
    digest: z.string(),
    content: z.string(),
    waivers: z.array(z.string()),
    at: Instant,
  }),
  row: z.object({ id: z.string(), round: z.int() }),
  sql: `INSERT INTO signoffs (id, entity, period, milestone, title, close, digest, content, waivers, changed_at, state, round)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'prepared', (
      SELECT coalesce(max(round), 0) + 1 FROM signoffs WHERE entity = $2 AND period = $3 AND milestone = $4
    )) ON CONFLICT DO NOTHING RETURNING id, round`,
});

/** Answers no row where the step is signed, or the person has signed another step. */
export const insertSignature = defineQuestion({
  engine: "postgres",
  name: "signature.insert",
  params: z.object({
    signoffId: z.string(),
    step: SignoffStep,
    signer: z.string(),
    personId: z.string(),
    personName: z.string(),
    role: Role,
    statement: z.string(),
    at: Instant,
  }),
  row: z.object({ step: SignoffStep }),
  sql: `INSERT INTO signatures (signoff_id, step, signer, person_id, person_name, role, statement, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING step`,
});

/** Moves a sign-off on; no row where it is not in the state given. */
export const moveSignoff = defineQuestion({
  engine: "postgres",
  name: "signoff.move",
  params: z.object({ id: z.string(), from: SignoffState, to: SignoffState, at: Instant }),
  row: z.object({ id: z.string() }),
  sql: `UPDATE signoffs SET state = $3, changed_at = $4,
      certified_at = CASE WHEN $3 = 'certified' THEN $4::timestamptz ELSE certified_at END
    WHERE id = $1 AND state = $2 RETURNING id`,
});

/** Ends a sign-off that stands; no row where it has ended already. `changes` is JSON text. */
export const endSignoff = defineQuestion({
  engine: "postgres",
  name: "signoff.end",
  params: z.object({
    id: z.string(),
    to: z.enum(["suspended", "withdrawn"]),
    at: Instant,
    reason: z.string(),
    changes: z.string(),
    moreChanges: z.int(),
  }),
  row: z.object({ id: z.string() }),
  sql: `UPDATE signoffs SET state = $2, changed_at = $3, ended_at = $3, reason = $4, changes = $5::text::jsonb,
      more_changes = $6
    WHERE id = $1 AND state IN ('prepared', 'reviewed', 'certified') RETURNING id`,
});

export const signoffById = defineQuestion({
  engine: "postgres",
  name: "signoff.by-id",
  params: z.object({ id: z.string() }),
  row: StoredSignoff,
  sql: `SELECT ${COLUMNS} FROM signoffs s WHERE s.id = $1`,
});

/** The canonical text a sign-off's digest is of. */
export const signoffContent = defineQuestion({
  engine: "postgres",
  name: "signoff.content",
  params: z.object({ id: z.string() }),
  row: z.object({ content: z.string() }),
  sql: "SELECT content FROM signoffs WHERE id = $1",
});

/** The latest round of each milestone of a period. */
export const latestSignoffs = defineQuestion({
  engine: "postgres",
  name: "signoff.latest",
  params: z.object({ period: z.string() }),
  row: StoredSignoff,
  sql: `SELECT ${COLUMNS} FROM (
      SELECT DISTINCT ON (entity, milestone) * FROM signoffs WHERE period = $1 ORDER BY entity, milestone, round DESC
    ) s ORDER BY s.entity, s.milestone`,
});

/** Where sign-offs stand that a change may suspend. */
export const standingSignoffs = defineQuestion({
  engine: "postgres",
  name: "signoff.standing",
  params: z.object({}),
  row: z.object({ id: z.string(), entity: z.string(), period: z.string(), milestone: z.string() }),
  sql: `SELECT id, entity, period, milestone FROM signoffs WHERE state IN ('prepared', 'reviewed', 'certified')
    ORDER BY period, entity, milestone`,
});

/** Newest first; `entities` null is all, and ids grow with time, so `before` is the id a page ends ahead of. */
export const signoffPage = defineQuestion({
  engine: "postgres",
  name: "signoff.page",
  params: z.object({
    before: z.string().nullable(),
    limit: z.int(),
    entities: z.array(z.string()).nullable(),
    period: z.string().nullable(),
    entity: z.string().nullable(),
    state: z.string().nullable(),
  }),
  row: StoredSignoff,
  sql: `SELECT ${COLUMNS} FROM signoffs s
    WHERE ($1::text IS NULL OR s.id < $1)
      AND ($3::text[] IS NULL OR s.entity = ANY($3))
      AND ($4::text IS NULL OR s.period = $4)
      AND ($5::text IS NULL OR s.entity = $5)
      AND ($6::text IS NULL OR s.state = $6)
    ORDER BY s.id DESC LIMIT $2`,
});
