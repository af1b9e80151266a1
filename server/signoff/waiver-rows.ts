import type { Waiver } from "../../schemas/wire/signoff.ts";
import type { StoredWaiver } from "../store/postgres/waivers.ts";

/** A waiver as it goes over the wire. */
export function waiverRow(stored: StoredWaiver): Waiver {
  const { granter: _, grantedById: id, grantedByName: name, ...row } = stored;
  return { ...row, grantedBy: { id, name } };
}
