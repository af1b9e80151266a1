import { api, type EstateDeclared } from "../api.ts";

type Flow = EstateDeclared["flows"][number];

/** What the estate declares, asked for once by each person who signs in. */
class Estate {
  declared = $state.raw<EstateDeclared | null>(null);

  async load(): Promise<void> {
    // Without it the console still shows every board; it only knows fewer names.
    this.declared = await api.estate().catch(() => null);
  }
  flow(id: string): Flow | null {
    return this.declared?.flows.find((flow) => flow.id === id) ?? null;
  }
  system(dataset: string): EstateDeclared["systems"][number] | null {
    const { declared } = this;
    const owner = declared?.datasets.find(({ id }) => id === dataset)?.system;
    return declared?.systems.find(({ id }) => id === owner) ?? null;
  }
  /** What people call a dataset, a report or a milestone. */
  titleOf(id: string): string {
    const { datasets = [], reports = [], close } = this.declared ?? {};
    return [...datasets, ...reports, ...(close?.milestones ?? [])].find((each) => each.id === id)?.title ?? id;
  }
  /** What people call the dataset or system an OpenLineage namespace stands for. */
  systemAt(namespace: string): string {
    return this.declared?.systems.find((system) => system.namespace === namespace)?.title ?? namespace;
  }
}

export const estate = new Estate();
