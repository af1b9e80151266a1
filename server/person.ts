import { resolve } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { Role } from "../schemas/estate/role.ts";
import { TIEOUT } from "./audit/record.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { EstateError } from "./estate/estate-error.ts";
import { loadEstate } from "./estate/load-estate.ts";
import { Fault } from "./fault.ts";
import { OptionError, readOptions } from "./options.ts";
import { addPerson } from "./people/add-person.ts";
import { migratePostgres } from "./store/migrate-postgres.ts";
import { openPostgres } from "./store/postgres.ts";

const USAGE = `npm run person -- add --email <address> --name <name> --role <role> [--entities DE01,DE02]
                  [--no-password] [--estate <dir>] [--data <dir>]
  roles: ${Role.options.join(", ")}
  --no-password: for people who sign in through the identity provider`;

const ROOT = resolve(import.meta.dirname, "..");

/** Invites a person while Tieout does not run, or beside it where PostgreSQL is a server. */
async function add(args: string[]): Promise<void> {
  const { asked, password, flags } = read(args);
  const options = readOptions(flags, process.env, ROOT);
  const { estate } = loadEstate(options.estate);
  const release = options.databaseUrl ? () => {} : lockDataDirectory(options.data);
  try {
    const address = options.databaseUrl
      ? { url: options.databaseUrl }
      : { directory: resolve(options.data, "postgres") };
    const postgres = await openPostgres(address);
    try {
      await migratePostgres(postgres);
      const ctx = { postgres, estate, clock: { now: () => new Date() } };
      const added = await addPerson(ctx, TIEOUT, asked, { password });
      process.stdout.write(`${added.person.email} may sign in as ${added.person.role}.\n`);
      if (added.password) process.stdout.write(`First password, shown once, to be changed: ${added.password}\n`);
    } finally {
      await postgres.close();
    }
  } finally {
    release();
  }
}

const Asked = z.object({
  email: z.email("--email: expected an address"),
  name: z.string("--name is missing").trim().min(1, "--name is empty"),
  role: z.enum(Role.options, `--role: expected one of ${Role.options.join(", ")}`),
  entities: z
    .string()
    .transform((text) => text.split(",").map((id) => id.trim()))
    .optional(),
});

function read(args: string[]) {
  const { values, positionals } = parse(args);
  if (positionals.length !== 1 || positionals[0] !== "add") throw new OptionError(`Usage: ${USAGE}`);
  const asked = Asked.safeParse(values);
  if (!asked.success) {
    throw new OptionError(`${asked.error.issues.map((issue) => issue.message).join("\n")}\nUsage: ${USAGE}`);
  }
  const flags = (["estate", "data"] as const).flatMap((flag) => (values[flag] ? [`--${flag}`, values[flag]] : []));
  return {
    asked: { ...asked.data, entities: asked.data.entities ?? ("all" as const) },
    password: !values["no-password"],
    flags,
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const options = { email: text, name: text, role: text, entities: text, estate: text, data: text };
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...options, "no-password": { type: "boolean" } } });
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

try {
  await add(process.argv.slice(2));
} catch (error) {
  const known = [OptionError, EstateError, Fault].some((kind) => error instanceof kind);
  const text = known ? (error as Error).message : String((error as Error).stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
