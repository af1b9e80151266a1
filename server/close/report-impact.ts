import type { Report } from "../../schemas/estate/flow.ts";
import type { Hold } from "../../schemas/wire/board.ts";
import type { ReportImpact } from "../../schemas/wire/readiness.ts";
import { momentOf } from "../checks/moment.ts";
import { judgeEntities } from "./board.ts";
import type { BoardInput } from "./board-input.ts";
import type { Cause, EntityJudgement } from "./entity-judgement.ts";
import { holdsOf } from "./holds.ts";

/** Which dashboards show numbers they should not, since when and because of what; by report. */
export function reportImpacts(input: BoardInput): Record<string, ReportImpact> {
  const period = input.calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const judgements = judgeEntities(input, period);
  const holds = holdsOf(input.estate, judgements, input.collectors, momentOf(input.now));
  const impacts: Record<string, ReportImpact> = {};
  for (const report of input.estate.reports) {
    const impact = impactOn(report, judgements, holds);
    if (impact) impacts[report.id] = impact;
  }
  return impacts;
}

interface Shown {
  entity: string;
  wrong: boolean;
  sinceAt: string;
  causes: Cause[];
}

function impactOn(report: Report, judgements: readonly EntityJudgement[], holds: readonly Hold[]): ReportImpact | null {
  const shown = judgements.flatMap((judgement) => shownOf(report, judgement) ?? []);
  if (shown.length === 0) return null;
  const ids = new Set(shown.flatMap(({ causes }) => causes.map(({ id }) => id)));
  const because: ReportImpact["because"] = holds
    .filter(({ id }) => ids.has(id))
    .map(({ id, text }) => ({ hold: id, text }));
  const bare = shown.filter(({ causes }) => causes.length === 0).map(({ entity }) => entity);
  if (bare.length > 0) because.push({ hold: null, text: `Newer figures of ${bare.join(", ")} have not arrived.` });
  return {
    kind: "impact",
    ...{ report: report.id, title: report.title, owner: report.owner, audience: report.audience },
    shows: shown.some(({ wrong }) => wrong) ? "wrong" : "stale",
    entities: shown.map(({ entity }) => entity),
    sinceAt: shown.map(({ sinceAt }) => sinceAt).sort()[0]!,
    because,
  };
}

/** What one entity's figures in a report lack: newer ones, or the right ones. */
function shownOf(report: Report, { row, views, causes }: EntityJudgement): Shown | null {
  for (const view of views) {
    const at = view.hops.findIndex(({ dataset }) => report.datasets.includes(dataset.id));
    const hop = view.hops[at];
    if (!hop) continue;
    const before = causes.filter(({ problem }) => problem.flow === view.flow.id && problem.hop <= at);
    const wrong = before.filter(({ problem }) => problem.off && problem.material);
    const stale = ["stale", "missing"].includes(hop.freshness.state);
    if (wrong.length === 0 && !stale) continue;
    const since = [...wrong.map(({ problem }) => problem.sinceAt), ...(stale ? [hop.freshness.overdueSince!] : [])];
    const counted = wrong.length > 0 ? wrong : before;
    return { entity: row.entity, wrong: wrong.length > 0, sinceAt: since.sort()[0]!, causes: counted };
  }
  return null;
}
