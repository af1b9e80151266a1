import type { Waiver } from "../../schemas/wire/signoff.ts";
import type { StoredWaiver } from "../store/postgres/waivers.ts";

/** A waiver as it goes over the wire. */
export function waiverRow({ granter: _, grantedById: id, grantedByName: name, ...row }: StoredWaiver): Waiver {
  return { ...row, grantedBy: { id, name } };
}
