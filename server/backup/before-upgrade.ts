import { existsSync, rmSync } from "node:fs";
import { OptionError, type Options } from "../options.ts";
import type { Say } from "../say.ts";
import type { BeforeUpgrade } from "../store/open-stores.ts";
import { copyInstallation } from "./make-backup.ts";
import { isWhole, OWN_ENGINES } from "./manifest.ts";

type Upgrading = Pick<Options, "data" | "backup" | "clickhouseUrl" | "databaseUrl">;

/**
 * Copies the data folder, which this process holds, beside itself before a newer version changes it: the way back. A
 * copy that an upgrade cut short had made stays as it is.
 *
 * @throws {OptionError} where there is no room for it
 */
export function backedUpBefore({ data, backup, clickhouseUrl, databaseUrl }: Upgrading, say: Say): BeforeUpgrade {
  const served = { clickhouse: clickhouseUrl, postgres: databaseUrl };
  return async (waiting) => {
    if (!backup) return say.line(`  Upgrading without a backup, by --no-backup: ${waiting.join(", ")}`);
    const to = `${data}.before-${newest(waiting)}`;
    if (isWhole(to)) return say.line(`  The backup taken before this upgrade stands in ${to}`);
    // What is not whole was cut short, and nothing has been changed since.
    if (existsSync(to)) rmSync(to, { recursive: true });
    try {
      const own = OWN_ENGINES.filter((engine) => !served[engine]);
      await copyInstallation(data, to, own, say);
    } catch (error) {
      rmSync(to, { recursive: true, force: true });
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      throw new OptionError(
        `There is no room for the backup taken before an upgrade, in ${to}. Make room; or back up elsewhere and start with --no-backup.`,
      );
    }
    say.line(`  Backed up to ${to} before upgrading: ${waiting.join(", ")}`);
  };
}

/** The highest number that waits; PostgreSQL's are applied last and all together, so a repeated start names the same. */
function newest(waiting: readonly string[]): string {
  return waiting.at(-1)!;
}
