import { DecimalString, PeriodKey } from "../../schemas/instant.ts";
import { odataInstant } from "../odata.ts";
import type { Settings } from "./settings.ts";
import type { LogMessage } from "./vendor.ts";

/** What an extract program told in its job log. */
export interface Told {
  batch: string | null;
  entity: string | null;
  period: string | null;
  ledger: string | null;
  /** ISO 8601. */
  snapshotAsOf: string | null;
  result: { count: string; debit: string; credit: string; net: string; currency: string } | null;
}

/** Reads a job log by the settings' patterns; what does not fit them stays null. */
export function readJobLog(messages: readonly LogMessage[], log: Settings["log"]): Told {
  const begun = firstMatch(messages, new RegExp(log.begun));
  const { count = "", debit = "", credit = "", net = "", currency = "" } = firstMatch(messages, new RegExp(log.result));
  const exact = /^\d+$/.test(count) && [debit, credit, net].every((each) => DecimalString.safeParse(each).success);
  return {
    batch: begun.batch ?? null,
    entity: begun.entity ?? null,
    period: PeriodKey.safeParse(begun.period).data ?? null,
    ledger: begun.ledger ?? null,
    snapshotAsOf: odataInstant(begun.snapshot),
    result: exact ? { count, debit, credit, net, currency } : null,
  };
}

function firstMatch(messages: readonly LogMessage[], pattern: RegExp): Record<string, string | undefined> {
  for (const { MsgText } of messages) {
    const groups = pattern.exec(MsgText)?.groups;
    if (groups) return groups;
  }
  return {};
}
