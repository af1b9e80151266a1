import { VendorError, type SystemOf, type Tools, type TriggerInput, type Triggered } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { monthName } from "../period-name.ts";
import { hasEnded } from "../seen-run.ts";
import { createStarter } from "../start-once.ts";
import type { Client } from "./client.ts";
import { jobNameOf, markedDescription, stateOf } from "./map.ts";
import type { Settings } from "./settings.ts";

const DAY = 86_400_000;

/**
 * Submits and cancels requests. The key of what asks for one stands in its description, so that it is found again; a
 * request of the same description that is under way is adopted.
 */
export function createDrive(client: Client, { namespace, settings }: SystemOf<Settings>, { clock }: Tools) {
  const startOnce = createStarter(namespace, clock);

  async function originalOf({ job, idempotencyKey }: TriggerInput, since: string | null): Promise<string | null> {
    const from = new Date(Date.parse(since ?? clock.now().toISOString()) - DAY).toISOString();
    let original: string | null = null;
    for await (const page of client.changed(from, client.now().toISOString())) {
      for (const request of page) {
        const isOurs = request.DESCRIPTION === markedDescription(job, idempotencyKey);
        const underWay = jobNameOf(request, settings) === job && !hasEnded(stateOf(request, settings));
        if (isOurs || underWay) original = request.REQUEST_ID;
      }
    }
    return original;
  }

  return {
    async trigger(input: TriggerInput): Promise<Triggered> {
      const declared = jobNamed(settings.jobs, input.job);
      if (!declared?.job.submits) {
        throw new VendorError(
          "refused",
          `No program of E-Business Suite is declared to be submitted as "${input.job}".`,
        );
      }
      const { application, program, arguments: templates } = declared.job.submits;
      const { period } = input.parameters;
      const values: Record<string, string> = {
        ...input.parameters,
        ...(period && { periodName: monthName(period) }),
        entity: declared.entity || (input.parameters.entity ?? ""),
      };
      const given = templates.map((template) => template.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? ""));
      return startOnce(input, {
        original: (since) => originalOf(input, since),
        start: () =>
          client.submit({
            ...{ P_APPLICATION: application, P_PROGRAM: program, P_ARGUMENTS: given.join(", ") },
            P_DESCRIPTION: markedDescription(input.job, input.idempotencyKey),
          }),
      });
    },
    async cancel(requestId: string): Promise<void> {
      if (await client.cancel(requestId)) return;
      throw new VendorError("not-found", `E-Business Suite has no request ${requestId} under way.`);
    },
  };
}
