import { join } from "node:path";
import pino, { type Logger } from "pino";

/**
 * Structured logs, one JSON object a line. On a terminal they go to `tieout.log` in the data folder, so that the start
 * stays readable; elsewhere (containers, services) to standard error. Secrets are cut out by key.
 */
export function createLog(options: { directory: string; level: string; terminal: boolean }): Logger {
  const destination = options.terminal
    ? pino.destination({ dest: join(options.directory, "tieout.log"), mkdir: true, sync: false })
    : pino.destination({ fd: 2, sync: false });
  return pino(
    {
      level: options.level,
      base: { service: "tieout" },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ["*.authorization", "*.cookie", "*.password", "*.secret", "*.token"], censor: "[secret]" },
    },
    destination,
  );
}
