import type { Logger } from "pino";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Clock } from "../context.ts";
import { OptionError } from "../options.ts";
import type { Postgres } from "../store/postgres.ts";
import { createAuth, type Auth, type OidcSettings } from "./auth.ts";
import { seedDemoPeople } from "./demo-people.ts";
import { followGroups, groupRoles } from "./group-roles.ts";
import { createIdentify, createSignedIn, type Identify, type SignedIn } from "./identify.ts";
import { createKeyRing, type KeyRing } from "./key-ring.ts";
import { createPermit, type Permit } from "./permit.ts";
import { rolesWithSecondFactor } from "./second-factor.ts";
import { sessionSecret } from "./secret.ts";

export interface PeopleDeps {
  postgres: Postgres;
  clock: Clock;
  estate: Estate;
  log: Logger;
  /** Where the session secret is kept when TIEOUT_SECRET does not give it. */
  dataDirectory: string;
  /** The address people open; TIEOUT_URL behind a proxy. */
  publicUrl: string;
  /** TIEOUT_ADMIN_KEY. */
  adminKey: string | null;
  /** True only when the sandbox plays the systems and the server listens on loopback. */
  demo: boolean;
  environment: Record<string, string | undefined>;
}

/** Everything that has to do with who is asking. */
export interface People {
  auth: Auth;
  keys: KeyRing;
  /** For doors without middleware: the live socket's handshake. */
  identify: Identify;
  /** For the doors of sign-in itself. */
  signedIn: SignedIn;
  permit: Permit;
  demo: boolean;
  oidc: boolean;
  publicUrl: string;
}

/** Opens sign-in over migrated tables, and in the demo makes its people. */
export async function openPeople(deps: PeopleDeps): Promise<People> {
  const { postgres, log, publicUrl } = deps;
  if (!URL.canParse(publicUrl)) throw new OptionError(`TIEOUT_URL is not an address: ${publicUrl}`);
  const oidc = oidcSettings(deps);
  const secret = sessionSecret(deps.environment.TIEOUT_SECRET, deps.dataDirectory);
  const auth = createAuth({ postgres, log, secret, publicUrl, oidc });
  const keys = createKeyRing({ postgres, log, adminKey: deps.adminKey });
  const secondFactorFor = rolesWithSecondFactor(deps.environment.TIEOUT_SECOND_FACTOR);
  const signedIn = createSignedIn({ postgres, auth, secondFactorFor });
  const identify = createIdentify({ keys, signedIn });
  if (deps.demo) await seedDemoPeople(deps);
  return {
    auth,
    keys,
    identify,
    signedIn,
    permit: createPermit({ identify, publicUrl }),
    demo: deps.demo,
    oidc: oidc !== null,
    publicUrl,
  };
}

/** All three of OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none. */
export function oidcSettings(
  deps: Pick<PeopleDeps, "environment" | "estate" | "postgres" | "clock">,
): OidcSettings | null {
  const { environment } = deps;
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = environment;
  if (!issuer && !clientId && !clientSecret) return null;
  if (!issuer || !clientId || !clientSecret) {
    throw new OptionError("Sign-in by OIDC needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, all three.");
  }
  if (!URL.canParse(issuer)) throw new OptionError(`OIDC_ISSUER is not an address: ${issuer}`);
  const roles = groupRoles(environment.OIDC_ROLES, deps.estate);
  const claim = environment.OIDC_GROUPS_CLAIM || "groups";
  return {
    ...{ issuer, clientId, clientSecret, trustEmail: environment.OIDC_TRUST_EMAIL === "true" },
    groups: roles && { claim, follow: (of) => followGroups(deps, roles, of) },
  };
}
