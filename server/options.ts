import { existsSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What a process does: answers people and senders, reads systems, works off tasks and judges. */
export const ROLES = ["api", "collect", "work"] as const;
export type ProcessRole = (typeof ROLES)[number];

export interface Options {
  estate: string;
  data: string;
  /** The folder of dashboards. */
  dashboards: string;
  host: string;
  port: number;
  /** Whether the systems are played by the sandbox. */
  sandbox: boolean;
  /** Whether a copy of embedded engines is made before a newer version changes them. */
  backup: boolean;
  clickhouseUrl: string | null;
  databaseUrl: string | null;
  /** The cluster of CLICKHOUSE_URL whose nodes all get the tables, replicated; null for a single server. */
  clickhouseCluster: string | null;
  /** What this process does; every role unless told otherwise. */
  roles: readonly ProcessRole[];
  adminKey: string | null;
  maxEventBytes: number;
  logLevel: string;
  /** Senders of webhooks and the secrets they sign with. */
  webhooks: Record<string, string>;
}

/** The start's words were off; told without a stack. */
export class OptionError extends Error {
  override name = "OptionError";
}

const USAGE =
  "npm start -- [--estate <dir>] [--data <dir>] [--dashboards <dir>] [--port <n>] [--host <address>] [--no-sandbox] [--no-backup] [--role api|collect|work …]";
const LEAST_KEY_LENGTH = 32;
const DEFAULT_MAX_EVENT_BYTES = 32 * 1024 * 1024;

/** Reads flags and environment; `root` is where the project's own estates lie. */
export function readOptions(args: string[], environment: Record<string, string | undefined>, root: string): Options {
  const flags = parse(args);
  const estate = absolute(flags.estate ?? `${root}/estates/meridian`);
  if (!existsSync(estate) || !statSync(estate).isDirectory()) {
    throw new OptionError(
      `--estate ${flags.estate ?? estate}: there is no such folder. Name a folder of estate YAML files.`,
    );
  }
  const clickhouseUrl = url("CLICKHOUSE_URL", environment);
  const databaseUrl = url("DATABASE_URL", environment);
  const roles = rolesOf(flags.role ?? environment.TIEOUT_ROLES?.split(/[\s,]+/).filter(Boolean) ?? []);
  if (roles.length < ROLES.length && !(clickhouseUrl && databaseUrl && flags["no-sandbox"])) {
    throw new OptionError(
      "--role parts the work over processes, which needs DATABASE_URL, CLICKHOUSE_URL and --no-sandbox. Leave it out for one process.",
    );
  }
  return {
    estate,
    roles,
    clickhouseCluster: environment.CLICKHOUSE_CLUSTER || null,
    data: absolute(flags.data ?? ".tieout"),
    dashboards: absolute(flags.dashboards ?? `${root}/dashboards`),
    host: flags.host ?? environment.HOST ?? "127.0.0.1",
    port: port(flags.port ?? environment.PORT ?? "4600"),
    sandbox: !flags["no-sandbox"],
    backup: !flags["no-backup"],
    clickhouseUrl,
    databaseUrl,
    adminKey: adminKey(environment.TIEOUT_ADMIN_KEY),
    maxEventBytes: bytes("TIEOUT_MAX_EVENT_BYTES", environment, DEFAULT_MAX_EVENT_BYTES),
    logLevel: environment.LOG_LEVEL ?? "info",
    webhooks: webhooks(environment.TIEOUT_WEBHOOKS),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        estate: { type: "string" },
        data: { type: "string" },
        dashboards: { type: "string" },
        port: { type: "string" },
        host: { type: "string" },
        role: { type: "string", multiple: true },
        "no-sandbox": { type: "boolean", default: false },
        "no-backup": { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

function rolesOf(named: readonly string[]): ProcessRole[] {
  const unknown = named.find((name) => !(ROLES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new OptionError(`--role ${unknown}: expected one of ${ROLES.join(", ")}.`);
  return ROLES.filter((role) => named.length === 0 || named.includes(role));
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new OptionError(`--port ${text}: expected a whole number from 0 to 65535 (0 picks a free one).`);
  }
  return number;
}

function url(name: string, environment: Record<string, string | undefined>): string | null {
  const text = environment[name];
  if (!text) return null;
  if (!URL.canParse(text))
    throw new OptionError(`${name} is not an address. Expected something like https://user:password@host:port/.`);
  return text;
}

function adminKey(text: string | undefined): string | null {
  if (!text) return null;
  if (text.length < LEAST_KEY_LENGTH) {
    throw new OptionError(
      `TIEOUT_ADMIN_KEY has ${text.length} characters; expected at least ${LEAST_KEY_LENGTH}. Make one with: openssl rand -hex 32`,
    );
  }
  return text;
}

/** `dbt=whsec_… boomi=whsec_…`, parted by spaces or commas. */
function webhooks(text: string | undefined): Record<string, string> {
  const pairs = (text ?? "").split(/[\s,]+/).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, sender, secret] = /^([a-z0-9-]+)=(?:whsec_)?([A-Za-z0-9+/]{32,}={0,2})$/.exec(pair) ?? [];
      if (sender && secret) return [sender, secret];
      throw new OptionError(
        "TIEOUT_WEBHOOKS: expected sender=whsec_<base64 of 24 bytes or more> for each sender. Make a secret with: openssl rand -base64 32",
      );
    }),
  );
}

function bytes(name: string, environment: Record<string, string | undefined>, usual: number): number {
  const text = environment[name];
  if (!text) return usual;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1024)
    throw new OptionError(`${name}=${text}: expected a number of bytes, at least 1024.`);
  return number;
}
