import type { Estate } from "../../../schemas/estate/estate.ts";
import type { RunException } from "../../../schemas/event/facets.ts";
import { EXCEPTION_TABLE, worseFirst } from "../../checks/exception-table.ts";
import type { FlowView, HopView } from "../../checks/flow-view.ts";
import { endOf, exceptionsFor } from "../../reconcile/legs.ts";
import { quotedWords } from "../../reconcile/quoted-words.ts";
import { timeText } from "../../checks/time-text.ts";
import { signatureOf } from "../cause-key.ts";
import type { OpenException } from "../open-exception.ts";
import type { JudgedPeriod } from "./flow-exceptions.ts";

/**
 * What the latest completed run of a hop said that holds nothing by itself: a text nobody has mapped, rows let pass. It is
 * shown as what it is and never dropped; it stays within the period whatever its kind weighs elsewhere.
 */
export function runExceptions(estate: Estate, { period, judgements }: JudgedPeriod): OpenException[] {
  return judgements.flatMap(({ views, causes }) =>
    views.flatMap((view) =>
      view.hops
        .filter((hop) => !causes.some(({ problem }) => problem.flow === view.flow.id && problem.hop === hop.at))
        .flatMap((hop) => exceptionsAt(estate, view, hop, period)),
    ),
  );
}

function exceptionsAt(estate: Estate, view: FlowView, hop: HopView, period: string): OpenException[] {
  const { ended: run } = hop;
  // A run that failed is a problem of its flow, or may still pass by itself.
  if (run?.state !== "COMPLETED") return [];
  const entity = view.entity.id;
  const kinds = Map.groupBy(exceptionsFor(run, entity, period), ({ code, member, message }) =>
    [code, member ?? signatureOf(message, entity)].join("."),
  );
  return [...kinds].map(([kind, alike]): OpenException => {
    const [said] = alike as [RunException, ...RunException[]];
    const { class: of, owner, severity } = EXCEPTION_TABLE[said.code];
    const words = wordsOf(view, hop, said);
    return {
      key: `said.${kind}.${hop.dataset.id}/${entity}/${period}`,
      causeKey: `${kind}.${hop.dataset.id}`,
      kind: "rows",
      ...{ code: said.code, class: of, ownerRole: owner, title: words.title },
      severity: worseFirst(severity, "S3") < 0 ? "S3" : severity,
      ...{ system: hop.system.id, dataset: hop.dataset.id, flow: view.flow.id, entity, period },
      ...{ job: run.jobName, runId: run.runId, correlationId: run.correlationId, detail: said.message },
      ...{ amount: said.amount ?? null, currency: said.amount === undefined ? null : (said.currency ?? null) },
      sinceAt: endOf(run),
      ...{ brings: null, suffers: "run", echo: true, dueAt: null, milestones: [], hold: null },
      told: { words: { finance: words, engineering: words } },
    };
  });
}

function wordsOf({ entity }: FlowView, hop: HopView, { code, message }: RunException) {
  const kind = code === "unknown" ? "something nobody has classified yet" : code.replaceAll("-", " ");
  return {
    title: `${hop.hop.title} in ${hop.system.title} reports ${kind}`,
    text: `${entity.id}, ${timeText(endOf(hop.ended!), entity.zone)}: ${quotedWords(message)}. It holds nothing.`,
  };
}
