import type { Collecting } from "./collect/collect.ts";
import type { ProcessRole } from "./options.ts";
import { watchAlerts } from "./notify/dispatch-alerts.ts";
import type { Duty } from "./processes/hold-leases.ts";
import { shareCollectors } from "./processes/share-collectors.ts";
import type { Processes } from "./processes/open-processes.ts";
import type { IncomingRow } from "./ingest/incoming-row.ts";
import type { Rooms } from "./rooms.ts";

export interface SharedWork {
  rooms: Rooms;
  processes: Processes;
  /** Reads systems; its rows are of this process alone. */
  own: Collecting;
  roles: readonly ProcessRole[];
}

/** What is done by one process at a time: reading each system, judging, telling people. Answers how to leave it to others. */
export async function shareWork({ rooms, processes, own, roles }: SharedWork): Promise<() => Promise<void>> {
  const { ctx, checkpoints, incidents } = rooms;
  const duties: Duty[] = [];
  if (roles.includes("collect")) {
    for (const system of Object.keys(own.rows())) {
      const name = `collect ${system}`;
      duties.push({ name, kind: "collect", begin: () => own.begin(system), end: () => own.end(system) });
    }
  }
  if (roles.includes("work")) {
    let stopAlerts = async () => {};
    duties.push(
      {
        name: "judge",
        kind: "work",
        async begin() {
          if (processes.news) await checkpoints.takeOver();
          incidents.start();
        },
        end: incidents.stop,
      },
      { name: "alerts", kind: "work", begin: () => void (stopAlerts = watchAlerts(ctx)), end: () => stopAlerts() },
    );
  }
  await processes.leases.start(duties);
  return processes.leases.stop;
}

/** The rows of every collector, those of other processes as they told them last. Alone, they are this one's. */
export function seeCollectors({ ctx, own, processes }: { ctx: Rooms["ctx"]; own: Collecting; processes: Processes }) {
  if (!processes.news) return { collecting: own, stop: async () => {} };
  const isMine = (system: string) => processes.leases.held(`collect ${system}`);
  const mine = () => Object.values(own.rows()).filter(({ system }) => isMine(system));
  const shared = shareCollectors({ ...ctx, own: mine });
  const rows: Collecting["rows"] = () =>
    Object.fromEntries(
      Object.entries(own.rows()).map(([system, row]) => [
        system,
        (!isMine(system) && shared.others().get(system)) || row,
      ]),
    );
  const { news } = processes;
  const hurry = (system: string) => (isMine(system) ? own.hurry(system) : news.hurry(system));
  return { collecting: { ...own, rows, hurry }, stop: shared.stop };
}

/** Tells the others what this process accepted. */
export function tellOthers({ ingest }: Pick<Rooms, "ingest">, { news }: Processes): void {
  if (!news) return;
  ingest.onAccepted((rows) => news.events(rows.map(nameOf)));
  ingest.onQuarantined(() => news.quarantined());
}

function nameOf({ eventId, runId, ...row }: IncomingRow) {
  return { eventId, runId, jobNamespace: row.jobNamespace, jobName: row.jobName };
}
