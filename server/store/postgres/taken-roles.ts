import * as z from "zod";
import { Role } from "../../../schemas/estate/role.ts";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** A role somebody took beside their own for a time. */
const TakenRole = z.object({
  id: z.string(),
  personId: z.string(),
  personName: z.string(),
  ownRole: Role,
  role: Role,
  reason: z.string(),
  takenAt: InstantColumn,
  toldAt: InstantColumn,
  endsAt: InstantColumn,
  endedAt: InstantColumn.nullable(),
  endedBy: z.string().nullable(),
});
export type TakenRole = z.infer<typeof TakenRole>;

const COLUMNS = `id, person_id AS "personId", person_name AS "personName", own_role AS "ownRole", role, reason,
  taken_at AS "takenAt", told_at AS "toldAt", ends_at AS "endsAt", ended_at AS "endedAt", ended_by AS "endedBy"`;

/** Answers no row where the person has taken a role that is in force. */
export const insertTakenRole = defineQuestion({
  engine: "postgres",
  name: "taken-role.insert",
  params: z.object({
    id: z.string(),
    personId: z.string(),
    personName: z.string(),
    ownRole: Role,
    role: Role,
    reason: z.string(),
    takenAt: Instant,
    toldAt: Instant,
    endsAt: Instant,
  }),
  row: TakenRole,
  sql: `INSERT INTO taken_roles (id, person_id, person_name, own_role, role, reason, taken_at, told_at, ends_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
    WHERE NOT EXISTS (SELECT 1 FROM taken_roles WHERE person_id = $2 AND ended_at IS NULL AND ends_at > now())
    RETURNING ${COLUMNS}`,
});

/** Ends one that has not ended; answers no row where it has, or there is none. */
export const endTakenRole = defineQuestion({
  engine: "postgres",
  name: "taken-role.end",
  params: z.object({ id: z.string(), by: z.string() }),
  row: TakenRole,
  sql: `UPDATE taken_roles SET ended_at = least(now(), ends_at), ended_by = $2 WHERE id = $1 AND ended_at IS NULL
    RETURNING ${COLUMNS}`,
});

export const takenRoleById = defineQuestion({
  engine: "postgres",
  name: "taken-role.by-id",
  params: z.object({ id: z.string() }),
  row: TakenRole,
  sql: `SELECT ${COLUMNS} FROM taken_roles WHERE id = $1`,
});

/** Those in force, and those taken since an instant, newest first. */
export const takenRoles = defineQuestion({
  engine: "postgres",
  name: "taken-role.list",
  params: z.object({ since: Instant }),
  row: TakenRole,
  sql: `SELECT ${COLUMNS} FROM taken_roles WHERE taken_at >= $1 OR (ended_at IS NULL AND ends_at > now())
    ORDER BY taken_at DESC, id DESC`,
});

export const takenRolesInForce = defineQuestion({
  engine: "postgres",
  name: "taken-role.in-force",
  params: z.object({}),
  row: TakenRole,
  sql: `SELECT ${COLUMNS} FROM taken_roles WHERE ended_at IS NULL AND ends_at > now() ORDER BY taken_at, id`,
});
