import type { OpenException } from "../server/incidents/open-exception.ts";

/** An exception of its own cause at DE01 in October, as far as nothing else is said. */
export function exception(key: string, over: Partial<OpenException> = {}): OpenException {
  const words = { title: key, text: `${key}.` };
  return {
    ...{
      key,
      causeKey: key,
      kind: "run",
      code: "job-failed",
      class: "technical",
      severity: "S2",
      ownerRole: "engineer",
    },
    ...{ title: key, system: null, dataset: null, flow: null, entity: "DE01", period: "2026-10", job: null },
    ...{ runId: null, correlationId: null, detail: null, amount: null, currency: null },
    ...{ sinceAt: "2026-11-03T10:00:00.000Z", brings: null, suffers: null, echo: false },
    ...{ dueAt: null, milestones: [], hold: null },
    told: { words: { finance: words, engineering: words } },
    ...over,
  };
}
