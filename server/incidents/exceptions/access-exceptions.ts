import type * as z from "zod";
import { ROLE_TITLES, type Role } from "../../../schemas/estate/role.ts";
import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import type { brokenGlassRequests } from "../../store/postgres/requests-failed.ts";
import type { TakenRole } from "../../store/postgres/taken-roles.ts";
import type { OpenException } from "../open-exception.ts";

/** Roles taken beside one's own, for as long as they are. Whoever answers for access looks, and it is never themselves. */
export function takenRoleExceptions(taken: readonly TakenRole[]): OpenException[] {
  const { owner } = EXCEPTION_TABLE["duty-breach"];
  return taken.map(({ id, personName, ownRole, role, reason, endsAt, toldAt }) =>
    brokenGlass(`role.${id}`, ownRole === owner ? "controller" : owner, toldAt, {
      title: `${personName} took the role ${ROLE_TITLES[role]} for a time`,
      text: `${ROLE_TITLES[ownRole]} otherwise; until ${endsAt} at most. Reason: ${reason}`,
    }),
  );
}

/** Requests carried out without the agreement they needed, told for a day. */
export function brokenGlassExceptions(requests: readonly z.infer<typeof brokenGlassRequests.row>[]): OpenException[] {
  return requests.map(({ id, title, requestedBy, reason, approvedAt }) =>
    brokenGlass(`request.${id}`, "controller", approvedAt, {
      title: `${title}: carried out without the agreement it needs`,
      text: `Asked for by ${requestedBy}: ${reason}`,
    }),
  );
}

function brokenGlass(
  what: string,
  ownerRole: Role,
  sinceAt: string,
  words: { title: string; text: string },
): OpenException {
  const { class: of, severity } = EXCEPTION_TABLE["duty-breach"];
  return {
    ...{ key: `access.${what}`, causeKey: `duty-breach.access.${what}`, kind: "tower", code: "duty-breach" },
    ...{ class: of, severity, ownerRole, title: words.title },
    ...{ system: null, dataset: null, flow: null, entity: null, period: null, job: null },
    ...{ runId: null, correlationId: null, detail: words.text, amount: null, currency: null, sinceAt },
    ...{ brings: null, suffers: null, echo: false, dueAt: null, milestones: [], hold: null },
    told: { words: { finance: words, engineering: words } },
  };
}
