import type { Estate } from "../../schemas/estate/estate.ts";
import type { Clock, LogKeeping } from "../context.ts";
import { OptionError } from "../options.ts";
import type { Postgres } from "../store/postgres.ts";
import { keepLogKey, logKeyFile } from "./log-key.ts";

export interface OpenLog {
  clock: Clock;
  estate: Pick<Estate, "estate">;
  environment: Record<string, string | undefined>;
  dataDirectory: string;
}

/** Reads where the log is kept and told, and makes sure of its key. */
export async function openLog(postgres: Postgres, from: OpenLog): Promise<LogKeeping> {
  const { TIEOUT_AUDIT_KEY_FILE, TIEOUT_CHECKPOINT_FOLDER, TIEOUT_CHECKPOINT_URL } = from.environment;
  if (TIEOUT_CHECKPOINT_URL && !/^https?:$/.test(URL.parse(TIEOUT_CHECKPOINT_URL)?.protocol ?? "")) {
    throw new OptionError("TIEOUT_CHECKPOINT_URL: expected an address such as https://witness.example/checkpoints");
  }
  const keyFile = logKeyFile(TIEOUT_AUDIT_KEY_FILE, from.dataDirectory);
  await keepLogKey(postgres, { file: keyFile, estate: from.estate.estate.name, at: from.clock.now() });
  return {
    keyFile,
    checkpointFolder: TIEOUT_CHECKPOINT_FOLDER || null,
    checkpointUrl: TIEOUT_CHECKPOINT_URL || null,
  };
}
