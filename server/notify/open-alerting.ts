import type { Estate } from "../../schemas/estate/estate.ts";
import { OptionError } from "../options.ts";
import { openReceivers } from "../receivers/open-receivers.ts";
import type { Alerting } from "./alerting.ts";
import { createLinks } from "./links.ts";

/** Longer than any receiver is waited for, several times over. */
const HOLD_MILLISECONDS = 60_000;

export interface AlertingStart {
  estate: Estate;
  environment: Record<string, string | undefined>;
  publicUrl: string;
  /** What links are signed with. */
  secret: string;
}

/** Opens the estate's receivers. Kinds and settings that do not exist stop the start, all of them named at once. */
export function openAlerting({ estate, environment, publicUrl, secret }: AlertingStart): Alerting {
  const { receivers, problems } = openReceivers(estate, environment);
  if (problems.length > 0) {
    throw new OptionError(
      `The estate's receivers cannot be opened:\n${problems.map((each) => `  ${each}`).join("\n")}`,
    );
  }
  return { receivers, links: createLinks({ secret, publicUrl, now: Date.now }), holdMilliseconds: HOLD_MILLISECONDS };
}
