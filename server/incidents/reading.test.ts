import { describe, expect, test } from "vitest";
import { exception } from "../../test/open-exceptions.ts";
import { meridian } from "../../test/unit/meridian-world.ts";
import type { Role } from "../../schemas/estate/role.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import { findIncidents } from "./find-incidents.ts";
import { foldIncidents } from "./fold-incidents.ts";
import type { OpenException } from "./open-exception.ts";
import { exceptionsFor, incidentRow, maySee } from "./reading.ts";
import { upstreamOf } from "./upstream.ts";

function incident(...exceptions: OpenException[]): StoredIncident {
  const looked = { now: "2026-11-03T12:00:00.000Z", exceptions, blind: new Set<string>() };
  const [opened] = foldIncidents([], findIncidents(meridian, upstreamOf(meridian), looked), () => "i1");
  return { ...opened!.next, number: 1, sequence: 1, revision: 1 };
}
const reader = (role: Role | null, entities: "all" | string[] = "all") => ({ role, entities });

const failed = incident(
  exception("x", {
    ...{ system: "anaplan", dataset: "anaplan-actuals", flow: "actuals-to-close", brings: "delivery" },
    ...{ job: "Load Actuals DE01", runId: "r1", detail: "Certificate of user 7 expired" },
    milestones: [{ id: "actuals", dueAt: "2026-11-03T17:00:00.000Z" }],
  }),
);
const harmless = incident(exception("y", { severity: "S3", dataset: null }));
const short = incident(
  exception("z", {
    ...{
      code: "unmapped-member",
      class: "business",
      ownerRole: "analyst",
      dataset: "anaplan-actuals",
      brings: "figures",
    },
    ...{ amount: "-22231.55", currency: "EUR" },
    told: {
      words: {
        finance: { title: "Unmapped 7710", text: "DE01 is 22,231.55 EUR short." },
        engineering: { title: "Unmapped 7710", text: "DE01 has rows refused." },
      },
    },
  }),
);

describe("a technical failure", () => {
  test.each<Role>(["controller", "accountant", "analyst", "cfo"])("is to a %s what it endangers", (role) => {
    const row = incidentRow(reader(role), failed);
    expect(row.title).toBe("Actuals in is endangered for DE01");
    expect(row.text).toBe(
      "The first of it is due 3 Nov 18:00. Group close dashboard shows older figures meanwhile. " +
        "Integration engineer has it, since 3 Nov 11:00.",
    );
    expect(JSON.stringify(row)).not.toMatch(/Certificate|Load Actuals|r1/);
    expect(exceptionsFor(reader(role), failed, [failedException()])).toEqual([]);
    expect(maySee(reader(role), harmless), "one that endangers nothing is not theirs").toBe(false);
  });

  test.each<Role | null>(["engineer", "platform", "auditor", null])("is whole to a %s", (role) => {
    expect(incidentRow(reader(role), failed)).toMatchObject({
      title: "x",
      cause: { job: "Load Actuals DE01", runId: "r1", detail: "Certificate of user 7 expired" },
    });
    expect(maySee(reader(role), harmless)).toBe(true);
  });
});

describe("figures that are short", () => {
  test.each<[Role, boolean]>([
    ["analyst", false],
    ["controller", false],
    ["auditor", false],
    ["engineer", true],
    ["platform", true],
  ])("a %s reads them, the amount masked: %s", (role, masked) => {
    const row = incidentRow(reader(role), short);
    expect(row.masked).toBe(masked);
    expect(row.amount).toBe(masked ? null : "-22231.55");
    expect(row.text.includes("22,231.55")).toBe(!masked);
    const [told] = exceptionsFor(reader(role), short, [{ ...failedException(), amount: "-22231.55", currency: "EUR" }]);
    expect(told!.amount).toBe(masked ? null : "-22231.55");
  });

  test.each<[Role, boolean]>([
    ["analyst", true],
    ["controller", true],
    ["accountant", false],
    ["engineer", false],
    ["cfo", false],
  ])("are among a %s's own: %s", (role, mine) => expect(incidentRow(reader(role), short).mine).toBe(mine));
});

test("nobody reads of entities that are not theirs", () => {
  expect(maySee(reader("accountant", ["FR01"]), short)).toBe(false);
  expect(maySee(reader("accountant", ["DE01", "FR01"]), short)).toBe(true);
  const both = incident(
    exception("z", { entity: "DE01" }),
    exception("w", { entity: "FR01", causeKey: "z", amount: "5.00" }),
  );
  expect(incidentRow(reader("auditor", ["FR01"]), both).entities).toEqual(["FR01"]);
});

function failedException() {
  const { kind: _kind, causeKey: _key, ownerRole: _owner, brings: _b, suffers: _s, echo: _e, ...rest } = exception("x");
  const { dueAt: _due, milestones: _m, hold: _h, told: _t, ...told } = rest;
  return { ...told, part: "cause" as const, endedAt: null };
}
