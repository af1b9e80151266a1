import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { StatedPeriod } from "../../schemas/run.ts";
import type { BoardCell } from "../../schemas/wire/board.ts";
import type { GateEvidence } from "../../schemas/wire/readiness.ts";
import type { FlowView, Judging } from "../checks/flow-view.ts";
import { signedMoneyText } from "../reconcile/money.ts";
import { endOf } from "../reconcile/legs.ts";
import type { StandingSignoff } from "./decisions.ts";
import { pathOf } from "./entity-gates.ts";
import { ledgerText } from "./period-gate.ts";

interface EvidenceInput {
  judging: Judging;
  views: readonly FlowView[];
  stated: readonly StatedPeriod[];
  signoffs: readonly StandingSignoff[];
}

type Link = NonNullable<GateEvidence["link"]>;

/** What speaks for a milestone's state, with where each piece can be looked at. */
export function evidenceOf(input: EvidenceInput, milestone: Milestone, cell: BoardCell): GateEvidence[] {
  const { gate } = milestone;
  const { view } = pathOf(input.judging, input.views, milestone);
  if (gate.kind === "flow" && view) return flowEvidence(input.judging, view, gate);
  if (gate.kind === "reconciliation" && view) return lineEvidence(view, gate.reconciliation);
  if (gate.kind === "period-status") {
    return input.stated.map((each) => text(ledgerText(each), `${each.status} (${each.native})`));
  }
  if (gate.kind !== "signoff") return [];
  const signoff = input.signoffs.find(({ id }) => id === cell.signoff?.id);
  const link: Link | null = signoff ? { kind: "signoff", id: signoff.id } : null;
  return (signoff?.signatures ?? []).flatMap(({ step, by, at }) => [
    text(step, by.name, link),
    instant(step, at, link),
  ]);
}

function flowEvidence({ calendars }: Judging, view: FlowView, gate: Extract<Milestone["gate"], { kind: "flow" }>) {
  const at = gate.through ? view.hops.findIndex(({ hop }) => hop.dataset === gate.through) : view.hops.length - 1;
  const hop = view.hops[at]!;
  const run = hop.ended;
  const evidence = [instant("Needed through", calendars.cutOff(view.period, view.entity.id, gate))];
  const { watermark } = hop;
  if (watermark?.completeThrough)
    evidence.push(instant(`${hop.dataset.title} complete through`, watermark.completeThrough));
  else evidence.push(text(`${hop.dataset.title} complete through`, "nothing yet"));
  if (run) {
    const link: Link = { kind: "run", id: run.runId };
    evidence.push(text("Latest run", run.vendorStatus ?? run.state, link), instant("Ended", endOf(run), link));
  }
  return evidence;
}

function lineEvidence(view: FlowView, reconciliation: string): GateEvidence[] {
  const judged = view.lines.find(({ line }) => line.reconciliation === reconciliation);
  if (!judged) return [];
  const { line } = judged;
  const link: Link = { kind: "line", id: reconciliation };
  const evidence = [text(line.title, line.state, link)];
  const off = line.firstOff === null ? null : line.hops[line.firstOff]!;
  if (off) evidence.push(text("First difference", `${off.title}, ${off.systemTitle}`, link));
  if (off?.difference) evidence.push(text("Amount", signedMoneyText(off.difference, line.currency), link));
  return evidence;
}

function text(label: string, value: string, link: Link | null = null): GateEvidence {
  return { label, value, format: "text", link };
}

function instant(label: string, value: string, link: Link | null = null): GateEvidence {
  return { label, value, format: "instant", link };
}
