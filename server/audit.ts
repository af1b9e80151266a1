import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { PeriodKey } from "../schemas/instant.ts";
import { logKeyFile, rotateLogKey } from "./audit/log-key.ts";
import { placeHold } from "./audit/place-hold.ts";
import { publishCheckpoint } from "./audit/publish-checkpoint.ts";
import { TIEOUT } from "./audit/record.ts";
import { openLog } from "./audit/open-log.ts";
import { releaseHold } from "./audit/release-hold.ts";
import { verifyAudit } from "./audit/verify-audit.ts";
import type { Actor } from "./context.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { EstateError } from "./estate/estate-error.ts";
import { loadEstate } from "./estate/load-estate.ts";
import { Fault } from "./fault.ts";
import { OptionError, readOptions } from "./options.ts";
import { createSay } from "./say.ts";
import { auditSize } from "./store/postgres/audit.ts";
import { legalHolds } from "./store/postgres/legal-holds.ts";
import { migratePostgres } from "./store/migrate-postgres.ts";
import { openPostgres, type Postgres } from "./store/postgres.ts";

const USAGE = `npm run audit -- verify
                 checkpoint                        sign the log as it stands, print and publish it
                 rotate-key --reason <why> [--lost]
                 hold --title <what> --reason <why> [--period 2026-10] [--entity DE01] [--flow <id>]
                 hold --release <id> --reason <why>
                 hold --list
                 [--estate <dir>] [--data <dir>]
  Tieout must be stopped, unless PostgreSQL is a server (DATABASE_URL).
  Leaves 0 when done, 1 when the log does not verify, 2 when it could not be asked.`;

const ROOT = resolve(import.meta.dirname, "..");
const HERE: Actor = { ...TIEOUT, entities: "all", scopes: ["hold:manage"] };
const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const OPTIONS = {
  ...{ estate: text, data: text, title: text, reason: text, period: text, entity: text, flow: text, release: text },
  ...{ lost: flag, list: flag },
};
type Values = ReturnType<typeof read>["values"];

interface Opened {
  postgres: Postgres;
  estate: ReturnType<typeof loadEstate>["estate"];
  clock: { now(): Date };
  dataDirectory: string;
}

const COMMANDS: Record<string, (opened: Opened, values: Values) => Promise<number>> = {
  async verify({ postgres }) {
    const say = createSay(process.stderr);
    const [{ size } = { size: 0 }] = await postgres.ask(auditSize, {});
    const told = (done: number) => say.bar("Recomputing the log", size === 0 ? 1 : done / size, `${done} of ${size}`);
    const verdict = await verifyAudit(postgres, told);
    if (verdict.intact)
      line(`Intact: ${verdict.entries} entries, ${verdict.checkpoints} checkpoints. Root ${verdict.head}`);
    else line(`Not intact. ${verdict.reason}`);
    return verdict.intact ? 0 : 1;
  },
  async checkpoint({ postgres, ...opened }) {
    const audit = await openLog(postgres, { ...opened, environment: process.env });
    process.stdout.write((await publishCheckpoint({ postgres, audit })).note);
    return 0;
  },
  async "rotate-key"({ postgres, clock, dataDirectory }, { reason, lost }) {
    if (!reason) throw new OptionError("--reason is missing: say why, it stands in the log.");
    const file = logKeyFile(process.env.TIEOUT_AUDIT_KEY_FILE, dataDirectory);
    const key = await rotateLogKey(postgres, { file, at: clock.now(), actor: TIEOUT, reason, lost });
    line(`The log is signed from now on with\n${key}`);
    return 0;
  },
  async hold({ postgres, ...opened }, { title, reason, period, entity, flow, release, list }) {
    const ctx = { postgres, ...opened };
    if (list) {
      for (const hold of await postgres.ask(legalHolds, {})) line(holdText(hold));
      return 0;
    }
    if (!reason) throw new OptionError("--reason is missing: say why, it stands in the log.");
    if (release) line(`Released: ${holdText(await releaseHold(ctx, HERE, { id: release, reason }))}`);
    else {
      if (!title) throw new OptionError(`--title is missing.\nUsage: ${USAGE}`);
      if (period && !PeriodKey.safeParse(period).success)
        throw new OptionError("--period: expected one such as 2026-10.");
      const asked = { title, reason, period: period ?? null, entity: entity ?? null, flow: flow ?? null };
      line(`Placed: ${holdText(await placeHold(ctx, HERE, asked))}`);
    }
    return 0;
  },
};

function holdText(
  hold: { id: string; title: string; releasedAt: string | null } & Record<"period" | "entity" | "flow", string | null>,
) {
  const over = [hold.period, hold.entity, hold.flow].filter(Boolean).join(" · ") || "everything";
  return `${hold.id}  ${hold.title} (${over})${hold.releasedAt ? `, released ${hold.releasedAt}` : ""}`;
}

function line(words: string): void {
  process.stdout.write(`${words}\n`);
}

function read(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  const command = COMMANDS[positionals[0] ?? ""];
  if (!command || positionals.length > 1) throw new OptionError(`Usage: ${USAGE}`);
  const flags = (["estate", "data"] as const).flatMap((name) => (values[name] ? [`--${name}`, values[name]] : []));
  const options = readOptions(flags, process.env, ROOT);
  const { estate } = loadEstate(options.estate);
  const release = options.databaseUrl ? () => {} : lockDataDirectory(options.data);
  try {
    const directory = resolve(options.data, "postgres");
    const postgres = await openPostgres(options.databaseUrl ? { url: options.databaseUrl } : { directory });
    try {
      await migratePostgres(postgres);
      const clock = { now: () => new Date() };
      return await command({ postgres, estate, clock, dataDirectory: options.data }, values);
    } finally {
      await postgres.close();
    }
  } finally {
    release();
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const known = [OptionError, EstateError, Fault].some((kind) => error instanceof kind);
  process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 2;
}
