import { v7 as uuidv7 } from "uuid";
import type { Role } from "../../schemas/estate/role.ts";
import type { DelegationRow } from "../../schemas/wire/request.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { ROLE_SCOPES } from "../people/permissions.ts";
import { signerOf } from "../signoff/signer.ts";
import { allPeople, personById } from "../store/postgres/people.ts";
import {
  endDelegation,
  insertDelegation,
  standingDelegations,
  type StoredDelegation,
} from "../store/postgres/requests-approvals.ts";

/** Longer than this nobody is absent without giving the duty itself to somebody else. */
const LONGEST_DAYS = 60;

/** Lets somebody agree in one's place while one is absent. */
export async function delegate(
  ctx: Context,
  actor: Actor,
  asked: { to: string; fromAt: string; untilAt: string; reason: string },
): Promise<DelegationRow> {
  const person = await signerOf(ctx.postgres, actor);
  const { to, fromAt, untilAt, reason } = asked;
  const [stand] = await ctx.postgres.ask(personById, { id: to });
  if (!stand) throw new Fault("not-found", "There is no such person.", { pointer: "/to" });
  if (stand.id === person.id) throw new Fault("invalid-input", "Nobody stands in for themselves.", { pointer: "/to" });
  if (untilAt <= fromAt) throw new Fault("invalid-input", "It ends before it begins.", { pointer: "/untilAt" });
  if (Date.parse(untilAt) - Date.parse(fromAt) > LONGEST_DAYS * 86_400_000) {
    throw new Fault("invalid-input", `Somebody stands in for ${LONGEST_DAYS} days at most.`, { pointer: "/untilAt" });
  }
  const row = await ctx.postgres.transaction(async (tx) => {
    const people = { fromPerson: person.id, fromName: person.name, toPerson: stand.id, toName: stand.name };
    const [made] = await tx.ask(insertDelegation, { id: uuidv7(), ...people, fromAt, untilAt, reason });
    const detail = { to: stand.name, fromAt, untilAt, reason };
    const subject = `delegation:${made!.id}`;
    await record(tx, { at: ctx.clock.now(), actor, action: "delegation.give", subject, detail });
    return delegationRow(made!);
  });
  ctx.touch("desk");
  return row;
}

/** Takes a delegation back, by whoever gave it. */
export async function endDelegationOf(ctx: Context, actor: Actor, id: string): Promise<DelegationRow> {
  const person = await signerOf(ctx.postgres, actor);
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    const [ended] = await tx.ask(endDelegation, { id, person: person.id, at: at.toISOString() });
    if (!ended) throw new Fault("not-found", "There is no such delegation of yours.");
    await record(tx, {
      at,
      actor,
      action: "delegation.end",
      subject: `delegation:${id}`,
      detail: { to: ended.toName },
    });
    return delegationRow(ended);
  });
  ctx.touch("desk");
  return row;
}

/** Everybody who may stand in for somebody: people who may see requests, without whoever asks. */
export async function standInsFor(
  { postgres }: Pick<Context, "postgres">,
  actor: Actor,
): Promise<{ id: string; name: string; role: Role }[]> {
  const people = await postgres.ask(allPeople, {});
  return people
    .filter(({ id, role }) => id !== actor.id && ROLE_SCOPES[role].includes("request:read"))
    .map(({ id, name, role }) => ({ id, name, role }));
}

/** Delegations in force and to come. */
export async function delegationRows(ctx: Pick<Context, "postgres" | "clock">): Promise<DelegationRow[]> {
  const stored = await ctx.postgres.ask(standingDelegations, { at: ctx.clock.now().toISOString() });
  return stored.map(delegationRow);
}

function delegationRow({ id, fromPerson, fromName, toPerson, toName, fromAt, untilAt, reason }: StoredDelegation) {
  return { id, from: { id: fromPerson, name: fromName }, to: { id: toPerson, name: toName }, fromAt, untilAt, reason };
}
