import type { Role } from "../schemas/estate/role.ts";
import type { Me } from "../schemas/wire/live.ts";
import { ask } from "./api.ts";

/** What an app is set up with; shown once. */
export interface Enrolment {
  uri: string;
  secret: string;
  backupCodes: string[];
}

const FACTOR = "/api/v1/session/second-factor";

/** The part of the door that has to do with one's own access. */
export const accessApi = {
  finishSignIn: (code: string) => ask<Me>("POST", FACTOR, { code }),
  enrol: (password: string) => ask<Enrolment>("POST", `${FACTOR}/enrolment`, { password }),
  confirmFactor: (code: string) => ask<unknown>("PUT", FACTOR, { code }),
  dropFactor: (password: string) => ask<unknown>("DELETE", FACTOR, { password }),
  takeRole: (asked: { role: Role; minutes: number; reason: string }) =>
    ask<{ id: string }>("POST", "/api/v1/break-glass", asked),
  giveRoleBack: (id: string) => ask<unknown>("DELETE", `/api/v1/break-glass/${encodeURIComponent(id)}`),
};
