import { email } from "./email.ts";
import { inbox } from "./inbox.ts";
import { pagerduty } from "./pagerduty.ts";
import type { Receiver } from "./receiver.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";
import { webhook } from "./webhook.ts";

/** Every kind of receiver there is. */
export const RECEIVERS = [inbox, email, slack, teams, pagerduty, webhook] as unknown as readonly Receiver[];
