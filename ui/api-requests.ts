import type { Role } from "../schemas/estate/role.ts";
import type { DelegationRow } from "../schemas/wire/request.ts";
import { ask } from "./api.ts";

/** The part of the door that has to do with who agrees in whose place. */
export const standInApi = {
  people: () => ask<{ people: { id: string; name: string; role: Role }[] }>("GET", "/api/v1/delegations/people"),
  give: (asked: { to: string; fromAt: string; untilAt: string; reason: string }) =>
    ask<DelegationRow>("POST", "/api/v1/delegations", asked),
  takeBack: (id: string) => ask<DelegationRow>("DELETE", `/api/v1/delegations/${encodeURIComponent(id)}`),
};
