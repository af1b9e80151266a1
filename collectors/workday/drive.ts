import { VendorError, type SystemOf, type Tools, type TriggerInput, type Triggered } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { allRows } from "../pages.ts";
import { runIdOf } from "../run-id.ts";
import { hasEnded } from "../seen-run.ts";
import { createStarter } from "../start-once.ts";
import type { WorkdayClient } from "./client.ts";
import { initiatedAt, integrationOf, keyOf, parameterOf, stateOf } from "./map.ts";
import type { WorkdaySettings } from "./settings.ts";

/**
 * Launches integrations. A launch cannot be made once by Workday's means, but its parameters come back with its event:
 * the request's key travels in one of them, and an event that carries it is the original.
 */
export function createDrive(client: WorkdayClient, { namespace, settings }: SystemOf<WorkdaySettings>, tools: Tools) {
  const start = createStarter(namespace, tools.clock);
  const { parameters: names } = settings;

  async function recent(integration: string, since: string) {
    const events = await allRows(client.events(since, new Date(client.vendorNow().getTime() + 60_000).toISOString()));
    return events
      .filter((event) => integrationOf(event) === integration)
      .sort((a, b) => (initiatedAt(a) < initiatedAt(b) ? 1 : -1));
  }
  const adoptSince = () => new Date(client.vendorNow().getTime() - settings.adoptHours * 3_600_000).toISOString();

  return {
    async trigger(input: TriggerInput): Promise<Triggered> {
      const declared = jobNamed(settings.jobs, input.job);
      if (!declared) throw new VendorError("refused", `No integration "${input.job}" is declared in the settings.`);
      const { period, entity = declared.entity, ...other } = input.parameters;
      return start(input, {
        async original(since) {
          const oldest = adoptSince();
          const events = await recent(input.job, since && since < oldest ? since : oldest);
          const isOriginal = (event: (typeof events)[number]) =>
            parameterOf(event, names.request) === input.idempotencyKey || !hasEnded(stateOf(event, settings));
          const found = events.find(isOriginal);
          return found ? keyOf(found) : null;
        },
        start: () =>
          client.launch(input.job, {
            ...other,
            ...(entity && { [names.entity]: entity }),
            ...(period && { [names.period]: period }),
            [names.request]: input.idempotencyKey,
          }),
      });
    },
    /** Launches an event's integration again with the same parameters; Workday has no other way to repeat one. */
    async rerun(key: string): Promise<Triggered> {
      const event = await client.event(key);
      if (!event) throw new VendorError("not-found", `Workday has no integration event ${key}.`);
      const integration = integrationOf(event);
      const answer = (wid: string, adopted: boolean) => ({
        ...{ vendorRunKey: wid, runId: runIdOf(namespace, wid), jobName: integration, adopted },
      });
      const marked = `again ${key}`;
      const events = await recent(integration, initiatedAt(event));
      const original = events.find(
        (each) =>
          keyOf(each) !== key && (parameterOf(each, names.request) === marked || !hasEnded(stateOf(each, settings))),
      );
      if (original) return answer(keyOf(original), true);
      const given = event.Integration_Event_Data.Integration_Runtime_Parameter_Data.flatMap(
        ({ Parameter_Name, Text }) => (Parameter_Name && Text ? [[Parameter_Name, Text]] : []),
      );
      const wid = await client.launch(integration, { ...Object.fromEntries(given), [names.request]: marked });
      if (!wid) throw new VendorError("refused", `Workday launched "${integration}" without saying under which event.`);
      return answer(wid, false);
    },
  };
}
