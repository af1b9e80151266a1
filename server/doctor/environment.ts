import { defineInspection, fine, notice, wrong, type Finding } from "./inspection.ts";

/** Every variable of ours the tower or its commands read. */
export const VARIABLES: readonly string[] = [
  "TIEOUT_ADMIN_EMAIL",
  "TIEOUT_ADMIN_KEY",
  "TIEOUT_AUDIT_KEY_FILE",
  "TIEOUT_BACKUPS",
  "TIEOUT_CHECKPOINT_FOLDER",
  "TIEOUT_CHECKPOINT_URL",
  "TIEOUT_KEY",
  "TIEOUT_MAX_EVENT_BYTES",
  "TIEOUT_ROLES",
  "TIEOUT_SECRET",
  "TIEOUT_URL",
  "TIEOUT_WEBHOOKS",
];

const OIDC = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
const LEAST_SECRET = 32;

export interface Settings {
  environment: Record<string, string | undefined>;
  /** Variables the estate names for its systems, which may begin as ours do. */
  named: readonly string[];
  host: string;
  databaseUrl: string | null;
  clickhouseUrl: string | null;
}

/** What the settings alone give away; the words of the start were read before. */
export function judgeSettings({ environment, named, host, databaseUrl, clickhouseUrl }: Settings): Finding[] {
  const found: Finding[] = [];
  const set = (name: string) => environment[name] !== undefined && environment[name] !== "";
  const known = new Set([...VARIABLES, ...named]);
  for (const name of Object.keys(environment)
    .filter((each) => each.startsWith("TIEOUT_") && !known.has(each))
    .sort()) {
    found.push(
      notice(
        `${name} is set, and nothing reads it.`,
        `Correct its name or unset it; known are ${VARIABLES.join(", ")}.`,
      ),
    );
  }
  const secret = environment.TIEOUT_SECRET;
  if (secret !== undefined && secret !== "" && secret.length < LEAST_SECRET) {
    found.push(wrong(`TIEOUT_SECRET has ${secret.length} characters.`, "Make one of 32 or more: openssl rand -hex 32"));
  }
  const given = OIDC.filter(set);
  if (given.length > 0 && given.length < OIDC.length) {
    const missing = OIDC.filter((name) => !set(name)).join(" and ");
    found.push(
      wrong(`Sign-in at an identity provider lacks ${missing}.`, `Set ${missing}, or unset ${given.join(" and ")}.`),
    );
  }
  const url = environment.TIEOUT_URL;
  if (url && !URL.canParse(url))
    found.push(wrong("TIEOUT_URL is not an address.", "Give it as https://tieout.example"));
  else if (url && new URL(url).protocol !== "https:" && !isLoopback(new URL(url).hostname)) {
    found.push(
      wrong("TIEOUT_URL is not https: sessions travel readable.", "Put TLS before Tieout and give the https address."),
    );
  }
  if (!isLoopback(host) && !url) {
    found.push(
      notice(
        `Tieout listens on ${host} and TIEOUT_URL is not set.`,
        "Set TIEOUT_URL to the https address people open.",
      ),
    );
  }
  if (databaseUrl && !secret) {
    found.push(
      notice(
        "PostgreSQL is a server and TIEOUT_SECRET is not set: each process would sign sessions with a secret of its own.",
        "Give every process the same TIEOUT_SECRET: openssl rand -hex 32",
      ),
    );
  }
  if ((databaseUrl === null) !== (clickhouseUrl === null)) {
    const [lone, other] = databaseUrl ? ["DATABASE_URL", "CLICKHOUSE_URL"] : ["CLICKHOUSE_URL", "DATABASE_URL"];
    found.push(
      notice(
        `${lone} is set and ${other} is not: one engine is a server, one in process.`,
        `Set ${other} too before a second process is started.`,
      ),
    );
  }
  return found.length > 0 ? found : [fine("The settings fit together.")];
}

function isLoopback(host: string): boolean {
  return ["127.0.0.1", "::1", "[::1]", "localhost"].includes(host);
}

export const settingsInspection = defineInspection({
  name: "settings",
  title: "Environment and settings",
  look({ environment, options, estate }) {
    const named =
      "opened" in estate ? estate.opened.estate.systems.flatMap(({ connection }) => Object.values(connection)) : [];
    return judgeSettings({ ...options, environment, named });
  },
});
