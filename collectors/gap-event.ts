import type { RunEvent } from "../schemas/event/open-lineage.ts";
import { runIdOf } from "./run-id.ts";
import { producerOf, signedRun } from "./signed-event.ts";

export interface Gap {
  collector: string;
  namespace: string;
  /** What the vendor keeps and no longer has, for people: `Message processing logs`. */
  history: string;
  /** Instants between which nothing was read, ISO 8601. */
  from: string;
  to: string;
  /** Of several histories of a system, the one meant. */
  part?: string;
}

/** Says that history expired before it could be read: what ran in between is not known and cannot be asked any more. */
export function gapEvent({ collector, namespace, history, from, to, part }: Gap): RunEvent {
  const message = `${history} between ${from} and ${to} expired before they were read; what ran then is not known.`;
  return signedRun(producerOf(collector), {
    eventType: "OTHER",
    at: to,
    runId: runIdOf(namespace, ["expired", ...(part ? [part] : []), from, to].join("/")),
    job: { namespace, name: part ? `${history} (${part})` : history },
    facets: {
      tieout_outcome: { vendorStatus: "EXPIRED", qualifier: "warning" },
      tieout_exceptions: { exceptions: [{ code: "missing-run", class: "control", message }] },
    },
    inputs: [],
    outputs: [],
  });
}
