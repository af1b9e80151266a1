import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Role } from "../../schemas/estate/role.ts";
import { record, type AuditEntry } from "../audit/record.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor, Clock } from "../context.ts";
import { Fault } from "../fault.ts";
import { insertPassword, insertPerson, personById, setDuty, type Person } from "../store/postgres/people.ts";
import type { Postgres } from "../store/postgres.ts";
import { hashPassword } from "./auth.ts";

export interface NewPerson {
  name: string;
  email: string;
  role: Role;
  entities: "all" | readonly string[];
  /** Periods an auditor is limited to. */
  periods?: "all" | readonly string[];
}

/**
 * Invites a person. With `password` a first password is made, to be handed over and changed; it is in this answer and
 * nowhere else. Without, the person signs in through the identity provider.
 */
export async function addPerson(
  ctx: { postgres: Postgres; clock: Clock; estate: Estate },
  actor: Actor | AuditEntry["actor"],
  asked: NewPerson,
  options: { password: boolean },
): Promise<{ person: Person; password: string | null }> {
  refuseUnknownEntities(ctx.estate, asked.entities);
  const periods = periodsOf(ctx.estate, asked);
  const password = options.password ? randomBytes(12).toString("base64url") : null;
  const hash = password === null ? null : await hashPassword(password);
  const id = uuidv7();
  const person = await ctx.postgres.transaction(async (tx) => {
    const [added] = await tx.ask(insertPerson, { id, name: asked.name, email: asked.email });
    if (!added) throw new Fault("conflict", `${asked.email} is invited already.`);
    if (hash !== null) await tx.ask(insertPassword, { id: uuidv7(), personId: id, password: hash });
    const entities = asked.entities === "all" ? null : [...asked.entities];
    await tx.ask(setDuty, { personId: id, role: asked.role, entities, periods });
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "person.add",
      subject: `person:${id}`,
      detail: {
        ...{ name: asked.name, email: asked.email, role: asked.role, entities: asked.entities },
        ...(periods && { periods }),
      },
    });
    const [kept] = await tx.ask(personById, { id });
    return kept as Person;
  });
  return { person, password };
}

/**
 * The periods a duty is limited to; null for all.
 * @throws {Fault} `invalid-input` for a period the estate has not, and for anybody but an auditor
 */
export function periodsOf(
  estate: Estate,
  { role, periods = "all" }: Pick<NewPerson, "role" | "periods">,
): string[] | null {
  if (periods === "all") return null;
  const calendars = calendarsOf(estate);
  const unknown = periods.filter((key) => !calendars.period(key));
  if (unknown.length > 0)
    throw new Fault("invalid-input", `The estate has no period ${unknown.join(", ")}.`, { pointer: "/periods" });
  if (role !== "auditor")
    throw new Fault("invalid-input", "Only auditors are limited to periods; others work in all.", {
      pointer: "/periods",
    });
  return [...new Set(periods)].toSorted();
}

/** Scope can only name entities the estate has. */
export function refuseUnknownEntities(estate: Estate, entities: "all" | readonly string[]): void {
  if (entities === "all") return;
  const unknown = entities.filter((id) => !estate.entities.some((entity) => entity.id === id));
  if (unknown.length > 0) {
    throw new Fault("invalid-input", `The estate has no entity ${unknown.join(", ")}.`, { pointer: "/entities" });
  }
}
