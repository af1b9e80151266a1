import { VendorError } from "../collector.ts";
import { jobPattern } from "../job-name.ts";
import type { AnaplanClient } from "./client.ts";
import type { AnaplanSettings, Load } from "./settings.ts";

/** A process of the model that one of the declared loads names. */
export interface Process {
  id: string;
  name: string;
  entity: string;
  load: Load;
}

/** Milliseconds for which the list of processes is believed. */
const BELIEVED = 3_600_000;

/** The processes the estate declares, as the model has them: enumerated once an hour, so that a poll need not. */
export function createProcesses(client: AnaplanClient, settings: AnaplanSettings, clock: { now(): Date }) {
  const patterns = settings.loads.map((load) => ({ load, pattern: jobPattern(load.process) }));
  let known: { readAt: number; processes: Process[]; visible: number } | null = null;

  const declared = ({ id, name }: { id: string; name: string }): Process[] =>
    patterns.flatMap(({ load, pattern }) => {
      const entity = pattern.entityIn(name);
      return entity === null ? [] : [{ id, name, entity, load }];
    });
  return {
    /** Refuses where none is visible: Anaplan answers an empty list to those who lack the role. */
    async list(): Promise<readonly Process[]> {
      const now = clock.now().getTime();
      if (known && now - known.readAt < BELIEVED) return known.processes;
      const all = await client.processes();
      const processes = all.flatMap(declared);
      if (processes.length === 0) {
        throw new VendorError(
          "forbidden",
          `Anaplan shows ${all.length} processes and none of those declared; the user may lack a role in the model.`,
        );
      }
      known = { readAt: now, processes, visible: all.length };
      return processes;
    },
    visible: () => known?.visible ?? 0,
  };
}
export type Processes = ReturnType<typeof createProcesses>;
