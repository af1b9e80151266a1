import { existsSync } from "node:fs";
import { join } from "node:path";
import { lockDataDirectory } from "../data-lock.ts";
import { recoverJournal } from "../ingest/recover-journal.ts";
import { OptionError } from "../options.ts";
import type { Say } from "../say.ts";
import { openClickHouse } from "../store/clickhouse.ts";
import { unmarkMoved } from "../store/clickhouse/move.ts";
import { pendingClickHouse } from "../store/migrate-clickhouse.ts";
import { pendingPostgres } from "../store/migrate-postgres.ts";
import type { Stores } from "../store/open-stores.ts";
import { openPostgres } from "../store/postgres.ts";
import { closeMove, donePart } from "../store/postgres/move.ts";
import { compare, type Compared } from "./compare.ts";
import { copyClickHouse } from "./copy-clickhouse.ts";
import { copyFiles } from "./copy-files.ts";
import { copyPostgres } from "./copy-postgres.ts";
import { moveOf } from "./move-note.ts";
import { openTarget, type OpenedTarget, type Target } from "./open-target.ts";

export interface Move {
  /** The data folder of a stopped installation with the embedded engines; it is left as it is. */
  data: string;
  /** The data folder of the processes over servers. */
  to: string;
  target: Target;
  /** Makes the queue's own tables. */
  queue(postgres: Stores["postgres"]): Promise<void>;
}

/**
 * Copies an installation to servers and holds both against each other. Cut short at any point, the same call goes on:
 * what is done is not done again.
 *
 * @throws {OptionError} while Tieout runs, where there is no installation, where a server is not empty, or where what
 * arrived is not what was there
 */
export async function moveInstallation(move: Move, say: Say): Promise<Compared & { files: number }> {
  const release = lockDataDirectory(move.data);
  const closing: (() => Promise<void>)[] = [];
  try {
    const from = await openSource(move.data, closing);
    const { id, begunAt, resumed } = moveOf(move.data);
    if (resumed) say.line(`  Going on with the move begun at ${begunAt}`);
    const to = await say.step("The servers have their tables", () => openTarget(move.target, id, move.queue));
    closing.push(to.clickhouse.close, to.postgres.close);
    await copyAll(from, to, say);
    const files = await say.step("Copied packs, files of lines and keys", () => copyFiles(move.data, move.to));
    const compared = await say.step("Held both sides against each other", () => compare(from, to));
    if (compared.flaws.length > 0) {
      throw new OptionError(`What arrived is not what was there.\n  ${compared.flaws.join("\n  ")}`);
    }
    await unmarkMoved(to.clickhouse);
    await closeMove(to.postgres);
    return { ...compared, files };
  } finally {
    for (const close of closing.reverse()) await close();
    release();
  }
}

async function openSource(data: string, closing: (() => Promise<void>)[]): Promise<Stores> {
  for (const engine of ["clickhouse", "postgres"]) {
    if (existsSync(join(data, engine))) continue;
    throw new OptionError(`${data} holds no installation to move: there is no folder "${engine}" in it.`);
  }
  const clickhouse = await openClickHouse({ directory: join(data, "clickhouse") });
  closing.push(clickhouse.close);
  const postgres = await openPostgres({ directory: join(data, "postgres") });
  closing.push(postgres.close);
  const pending = [...(await pendingClickHouse(clickhouse)), ...(await pendingPostgres(postgres))];
  if (pending.length > 0) {
    throw new OptionError(`${data} is of an older version. Start this one over it once, stop it, and move then.`);
  }
  // What was acknowledged and had not reached the tables yet moves too.
  await recoverJournal(clickhouse, join(data, "journal"));
  return { clickhouse, postgres };
}

async function copyAll(from: Stores, to: OpenedTarget, say: Say): Promise<void> {
  const progress = (engine: string, share: number, note: string) => say.bar(engine, share, note);
  await copyPostgres(from.postgres, to.postgres, to.done, progress);
  const tell = (part: string) => to.postgres.ask(donePart, { part });
  await copyClickHouse(from.clickhouse, to.clickhouse, to.done, { progress, tell });
}
