import { actorOfPerson } from "../server/people/identify.ts";
import { personById } from "../server/store/postgres/people.ts";
import { alertEstate } from "./alert-estate.ts";
import { addReader, alertTower, type AlertTower } from "./alert-tower.ts";
import { startMail, startVendors } from "./alert-vendors.ts";
import type { OpenedEngine } from "./postgres-engines.ts";

/** What webhooks of the scene are signed with. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from("a secret of more than 24 bytes.").toString("base64")}`;

/** A store with five people, a mail server, one whose certificate nobody trusts, and the vendors' side of every channel. */
export async function openAlertScene(open: () => Promise<OpenedEngine>) {
  const [opened, vendors, mail, distrusted] = await Promise.all([
    open(),
    startVendors(),
    startMail(),
    startMail({ secure: true }),
  ]);
  const { postgres } = opened;
  const people = {
    controller: await addReader(postgres, "Maren Vogt", "controller"),
    accountant: await addReader(postgres, "Jonas Brandt", "accountant", ["DE01"]),
    elsewhere: await addReader(postgres, "Ann Miller", "accountant", ["US01"]),
    engineer: await addReader(postgres, "Priya Raman", "engineer"),
    cfo: await addReader(postgres, "David Okafor", "cfo"),
  };
  const environment = {
    ...{ MAIL: mail.url, SENDER: "Tieout <tieout@small.example>", DISTRUSTED: distrusted.url, SLACK: "xoxb-1" },
    ...{ TEAMS: `${vendors.url}/teams`, PAGER: "r".repeat(32), HOOK: `${vendors.url}/hook`, SIGNED: WEBHOOK_SECRET },
  };
  return {
    ...{ postgres, vendors, mail, distrusted, environment, people },
    /** Everything told before is forgotten; answers a tower at noon of a day of the close. */
    async anew(): Promise<AlertTower> {
      await postgres.command(
        `TRUNCATE alert_attempts, alerts, alert_escalations, silences, alert_preferences, incident_steps,
          incident_exceptions CASCADE; UPDATE incidents SET state = 'resolved'`,
      );
      vendors.got.length = 0;
      vendors.next.clear();
      mail.mails.length = 0;
      return alertTower(postgres, alertEstate(vendors.url), environment);
    },
    /** How the messages about an incident stand, in the order they were made. */
    async states(incident: string) {
      const rows = await postgres.run(
        "SELECT receiver, state, stage, trouble FROM alerts WHERE incident_id = $1 ORDER BY id",
        [incident],
      );
      return rows as { receiver: string; state: string; stage: string | null; trouble: string | null }[];
    },
    actor: async (id: string) => actorOfPerson((await postgres.ask(personById, { id }))[0]!),
    stop: () => Promise.all([vendors.stop(), mail.stop(), distrusted.stop(), opened.stop()]),
  };
}

export type AlertScene = Awaited<ReturnType<typeof openAlertScene>>;
