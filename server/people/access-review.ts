import * as z from "zod";
import { Instant } from "../../schemas/instant.ts";
import { KeyRow, PersonAccess, TakenRow } from "../../schemas/wire/access.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { allKeys } from "../store/postgres/api-keys.ts";
import { takenRoles } from "../store/postgres/taken-roles.ts";
import { peopleAccess } from "./people-access.ts";
import { ROLE_SCOPES } from "./permissions.ts";

const ReviewedKey = KeyRow.omit({ id: true, revokedBy: true });
const ReviewedPerson = PersonAccess.omit({ id: true, taken: true }).extend({ scopes: z.array(z.string()) });
const ReviewedRole = TakenRow.omit({ id: true, personId: true, personName: true, endedBy: true }).extend({
  name: z.string(),
});

/** Everybody and every key with what they may do and when they last did anything, as it stands. */
export const AccessReview = z.object({
  at: Instant,
  people: z.array(ReviewedPerson),
  keys: z.array(ReviewedKey),
  /** Roles taken for a time, those in force and those of the last 90 days. */
  taken: z.array(ReviewedRole),
});
export type AccessReview = z.infer<typeof AccessReview>;

const TAKEN_DAYS = 90;

/** Takes the review; that somebody took it is on record, with how many it named. */
export async function accessReview(ctx: Context, actor: Actor): Promise<AccessReview> {
  return ctx.postgres.transaction(async (tx) => {
    const at = ctx.clock.now();
    const people = await peopleAccess(tx);
    const keys = await tx.ask(allKeys, {});
    const since = new Date(Date.now() - TAKEN_DAYS * 86_400_000).toISOString();
    const taken = await tx.ask(takenRoles, { since });
    const detail = { people: people.length, keys: keys.length };
    await record(tx, { at, actor, action: "access.review", subject: "access:all", detail });
    return {
      at: at.toISOString(),
      people: people.map((person) => ReviewedPerson.parse({ ...person, scopes: ROLE_SCOPES[person.role] })),
      keys: keys.map((key) => ReviewedKey.parse(key)),
      taken: taken.map((each) => ReviewedRole.parse({ ...each, name: each.personName })),
    };
  });
}

const HEAD = [
  "kind",
  "name",
  "e-mail or beginning",
  "role",
  "entities",
  "may",
  "since",
  "last seen",
  "ends",
  "ways in",
  "periods",
];

/** The review as a table, people first. Cells that a spreadsheet would take for a formula are quoted as text. */
export function accessReviewCsv({ people, keys, taken }: AccessReview): string {
  const rows = [
    HEAD,
    ...people.map((each) => [
      ...["person", each.name, each.email, each.role, [each.entities].flat().join(" "), each.scopes.join(" ")],
      ...[each.dutySince, each.lastSignInAt ?? "", "", waysIn(each), [each.periods].flat().join(" ")],
    ]),
    ...keys.map((each) => [
      ...["key", each.name, each.hint, "", [each.entities].flat().join(" "), each.scopes.join(" "), each.createdAt],
      ...[each.lastUsedAt ?? "", each.revokedAt ?? each.expiresAt ?? ""],
      [`made by ${each.createdBy}`, ...(each.namespaces === "all" ? [] : [`for ${each.namespaces.join(" ")}`])].join(
        ", ",
      ),
      "",
    ]),
    ...taken.map((each) => [
      ...["taken role", each.name, `${each.ownRole} otherwise`, each.role, "", each.reason, each.takenAt, ""],
      ...[each.endedAt ?? each.endsAt, "", ""],
    ]),
  ];
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function waysIn({ waysIn: ways, secondFactor }: AccessReview["people"][number]): string {
  return [...ways, ...(secondFactor ? ["second factor"] : [])].join(" ");
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
