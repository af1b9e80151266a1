import { defineCollector } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { readWindow, type WindowCursor } from "../run-window.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type CoupaClient } from "./client.ts";
import { integrationRunEvents, stateOf, versionOf } from "./map.ts";
import { CoupaSettings } from "./settings.ts";

/** Coupa: integration runs, with the errors they left. */
export const coupa = defineCollector<typeof CoupaSettings, WindowCursor>({
  id: "coupa",
  title: "Coupa",
  capabilities: ["list-jobs", "list-runs", "counts"],
  settings: CoupaSettings,
  connection: {
    url: "the address of the instance, for example https://acme.coupahost.com",
    clientId: "the identifier of an OAuth2/OpenID Connect client",
    clientSecret: "its secret",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    const { settings, namespace } = system;
    return {
      check: () => checked(client, settings),
      async pull(cursor) {
        const { rows: _, ...pull } = await readWindow(cursor, {
          now: client.vendorNow(),
          ...{ retentionDays: settings.backfillDays, overlapMinutes: settings.overlapMinutes },
          // The list is by change, so an open run is on it again when there is something new.
          list: (from) => client.changed(from),
          sight: (run) => ({
            ...{ key: run.id, changedAt: new Date(run["updated-at"]).toISOString() },
            ...{ open: !hasEnded(stateOf(run, settings)), version: versionOf(run) },
          }),
          events: (run) => integrationRunEvents(run, { namespace, settings }),
          gap: (from, to) => gapEvent({ collector: "coupa", namespace, history: "Integration runs", from, to }),
        });
        return pull;
      },
    };
  },
});

async function checked(client: CoupaClient, settings: CoupaSettings) {
  const integrations = await client.integrations();
  const declared = integrations.filter(({ code, name }) => jobNamed(settings.jobs, code || name || ""));
  return {
    sees: [`${integrations.length} integrations, ${declared.length} of them declared`],
    warnings: declared.length === 0 ? ["No integration has a code the settings declare."] : [],
  };
}
