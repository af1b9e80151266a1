import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../options.ts";

const LEAST_LENGTH = 32;

/**
 * What session cookies are signed with: TIEOUT_SECRET, or one made at the first start and kept in the data directory,
 * readable by its owner only. Several processes on one database must be given the same.
 */
export function sessionSecret(given: string | undefined, dataDirectory: string): string {
  if (given) {
    if (given.length >= LEAST_LENGTH) return given;
    throw new OptionError(
      `TIEOUT_SECRET has ${given.length} characters; expected at least ${LEAST_LENGTH}. Make one with: openssl rand -hex 32`,
    );
  }
  const file = join(dataDirectory, "secret");
  try {
    writeFileSync(file, randomBytes(32).toString("hex"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8").trim();
}
