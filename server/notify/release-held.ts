import { releaseHeldAlerts } from "../store/postgres/alerts.ts";
import type { AlertContext } from "./alert-context.ts";

/** Lets letters go that a process held which is no more, at the start of the only one there is: nobody waits out its minute. */
export async function releaseHeld({ postgres }: Pick<AlertContext, "postgres">): Promise<void> {
  await postgres.ask(releaseHeldAlerts, {});
}
