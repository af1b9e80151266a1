import { v7 as uuidv7 } from "uuid";
import type { CheckResult } from "../../schemas/wire/reconcile-matrix.ts";
import { decimalText } from "../reconcile/money.ts";
import { totalsOfReport } from "../store/clickhouse/check-results.ts";
import { basisOf } from "./check-basis.ts";
import { findingsOf, inputsOf, sha256, verdictDigest, type Checked } from "./check-rule.ts";

/** A check as it is written: its row's id, the row itself, and what tells it from another that says the same. */
export interface CheckLine {
  id: string;
  line: string;
  fingerprint: string;
}

export function checkLine(checked: Checked, at: string, trigger: CheckResult["trigger"]): CheckLine {
  const { input, judged, state, canary, breaks, ruleVersion } = checked;
  const { entity, period, reconciliation: rule, index } = input;
  const { legs } = judged.judging;
  const inputs = JSON.stringify(inputsOf(legs, (id) => index.name(id).namespace));
  const digest = verdictDigest(judged, canary);
  const fingerprint = sha256([ruleVersion, state, digest, inputs].join("\n"));
  const firstOff = judged.hops.findIndex((hop) => hop.state === "off");
  const net = judged.ends?.difference.net;
  const id = uuidv7();
  const row = {
    ...{ id, checked_at: at, trigger, rule: rule.id, rule_version: ruleVersion, entity: entity.id, period, state },
    first_off: legs[firstOff]?.dataset.id ?? "",
    difference: net === undefined ? "" : decimalText(net, entity.currency),
    ...{ currency: entity.currency, breaks: breaks.length, canary, verdict_digest: digest, fingerprint, inputs },
    findings: JSON.stringify(findingsOf(judged)),
    question: totalsOfReport.sql,
    basis: JSON.stringify(basisOf(input, judged, at)),
  };
  return { id, line: JSON.stringify(row), fingerprint };
}
