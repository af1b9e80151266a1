import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Role } from "../../schemas/estate/role.ts";
import { Severity } from "../../schemas/estate/route.ts";
import { ExceptionCode } from "../../schemas/event/facets.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import { calendarsOf } from "../close/calendars.ts";
import { closePhaseAt } from "./close-phase.ts";
import { decide, type Reader } from "./decide.ts";
import { escalationsOf } from "./escalations.ts";
import { turnsFrom } from "./on-call.ts";
import { hoursBeginAt, nextOf } from "./reading-hours.ts";
import { mutedUntil } from "./muted-until.ts";
import type { Subject } from "./subject.ts";

const reader = (role: Role, entities: string[] | null = null): Reader => {
  return { id: role, name: role, email: `${role}@small.example`, role, entities, periods: null };
};
const EVERYBODY = Role.options.map((role) => reader(role));
const NOTHING = { reports: [], milestones: [], signoffs: [] };
const REPORT = { ...NOTHING, reports: [{ id: "close-dashboard", title: "Close dashboard" }] };
const IN_CLOSE = new Date("2026-11-04T11:00:00.000Z");
const ROUTES = [
  { id: "figures", role: "controller", classes: ["business"], owners: ["controller"] },
  { id: "holds", role: "controller", classes: ["technical"], severities: ["S1", "S2"], phases: ["close"] },
  { id: "hub", role: "engineer", owners: ["engineer"], flows: ["actuals"], rotation: "duty" },
  { id: "germany", role: "accountant", entities: ["DE01"], owners: ["accountant"] },
];
const ESTATE = smallEstate({
  routes: ROUTES,
  rotations: [
    { id: "duty", title: "Duty", role: "engineer", members: ["engineer@small.example"], startsOn: "2026-01-05" },
  ],
});

function subject(code: ExceptionCode, more: Partial<Subject> = {}): Subject {
  const { class: kind, severity, owner } = EXCEPTION_TABLE[code];
  const of = { class: kind, severity, ownerRole: owner, entities: ["DE01"], flows: ["actuals"], periods: ["2026-10"] };
  return { code, ...of, impact: NOTHING, ...more };
}

test("nobody is told of periods beyond theirs", () => {
  const limited = { ...reader("engineer"), periods: ["2026-10"] };
  const toldOf = (...periods: string[]) =>
    told(subject("job-failed", { periods }), [limited]).calls.flatMap(({ people }) => people);
  expect(toldOf("2026-10")).toEqual([limited]);
  expect(toldOf("2026-09", "2026-10")).toEqual([]);
  expect(toldOf()).toEqual([]);
});

function told(of: Subject, people: readonly Reader[] = EVERYBODY, now = IN_CLOSE) {
  return decide({ estate: ESTATE, calendars: calendarsOf(ESTATE), people, now }, of);
}

describe("who is told", () => {
  test.each([
    ["a figure, its owner", subject("late-posting"), ["controller"]],
    ["a technical failure that endangers nothing, engineers alone", subject("job-failed"), ["engineer"]],
    [
      "one that endangers a report, the controller too",
      subject("job-failed", { impact: REPORT }),
      ["controller", "engineer"],
    ],
    ["one of another flow, its owner all the same", subject("job-failed", { flows: ["other"] }), ["engineer"]],
    ["what no route names, whom it belongs to", subject("unmapped-member"), ["analyst"]],
  ])("%s", (_, of, roles) => {
    expect(
      told(of)
        .calls.map(({ role }) => role)
        .sort(),
    ).toEqual(roles);
  });

  test("outside the close a route for the close says so and is passed", () => {
    const { calls, passed } = told(
      subject("job-failed", { impact: REPORT }),
      EVERYBODY,
      new Date("2026-11-20T11:00:00.000Z"),
    );
    expect(calls.map(({ role }) => role)).toEqual(["engineer"]);
    expect(passed).toContainEqual({ route: "holds", role: "controller", because: "it is no close" });
  });

  test("people see only their own entities, and a role nobody has there falls to the platform owners, loudly", () => {
    const people = [reader("accountant", ["US01"]), reader("platform")];
    const { calls, flaws } = told(subject("control-total-gap"), people);
    expect(calls.map(({ role, people: them }) => [role, them.length])).toEqual([["platform", 1]]);
    expect(flaws.join(" ")).toContain("Route germany reaches nobody");
    expect(flaws.join(" ")).toContain("Nobody is accountant for DE01.");
  });

  test("a person without entities is told of nothing", () => {
    const calls = told(subject("control-total-gap", { entities: [] }), [
      reader("accountant", []),
      reader("platform"),
    ]).calls;
    expect(calls.flatMap(({ people }) => people.map(({ role }) => role))).toEqual(["platform"]);
  });

  test("whatever it is and whoever there is, somebody is told or nobody is there to be told", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ExceptionCode.options),
        fc.constantFrom(...Severity.options),
        fc.subarray(["DE01", "US01"]),
        fc.subarray([...Role.options]),
        fc.integer({ min: 0, max: 60 }),
        (code, severity, entities, roles, days) => {
          const people = roles.map((role) => reader(role));
          const now = new Date(Date.parse("2026-10-15T09:00:00.000Z") + days * 86_400_000);
          const { calls } = told(subject(code, { severity, entities, impact: REPORT }), people, now);
          const reached = calls.some((call) => call.people.length > 0);
          const owner = EXCEPTION_TABLE[code].owner;
          expect(reached).toBe(roles.includes(owner) || roles.includes("platform") || reached);
          if (roles.includes(owner)) expect(calls.some(({ role }) => role === owner)).toBe(true);
          else if (roles.includes("platform")) expect(reached).toBe(true);
        },
      ),
    );
  });
});

describe("when", () => {
  const calendars = calendarsOf(ESTATE);

  test.each([
    ["2026-10-29T22:59:59.000Z", "open"],
    // WD−1 of October is Friday the 30th; Berlin has left summer time by then.
    ["2026-10-29T23:00:00.000Z", "close"],
    ["2026-11-02T12:00:00.000Z", "close"],
    ["2026-11-09T16:59:59.000Z", "close"],
    ["2026-11-09T17:00:00.000Z", "open"],
  ])("at %s it is %s", (at, phase) => {
    expect(closePhaseAt(calendars, new Date(at))).toBe(phase);
  });

  test("turns change on days somebody works, at their hour, across a change of clocks", () => {
    const rotation = {
      id: "r",
      title: "R",
      role: "engineer" as const,
      members: ["a@x.example", "b@x.example"],
      days: 7,
      at: "09:00",
    };
    const weekly = { ...rotation, startsOn: "2026-10-05" };
    const at = (now: string) => turnsFrom(weekly, calendars, new Date(now), 1)[0]!;
    expect(at("2026-10-12T06:59:59.000Z").member).toBe("a@x.example");
    expect(at("2026-10-12T07:00:00.000Z").member).toBe("b@x.example");
    expect(at("2026-10-26T08:00:00.000Z")).toMatchObject({ member: "b@x.example", fromAt: "2026-10-26T08:00:00.000Z" });
    // A turn that would change on Saturday changes on Monday.
    const saturday = { ...rotation, startsOn: "2026-10-03" };
    expect(turnsFrom(saturday, calendars, new Date("2026-10-11T12:00:00.000Z"), 1)[0]!.member).toBe("a@x.example");
    expect(turnsFrom(saturday, calendars, new Date("2026-10-12T12:00:00.000Z"), 1)[0]!.member).toBe("b@x.example");
  });

  test("hours follow the entity's own days and zone", () => {
    const hours = { id: "o", title: "Office", from: "08:00", to: "19:00", days: "work-days" as const };
    const begin = (entity: string, now: string) => hoursBeginAt(hours, calendars, entity, new Date(now));
    expect(begin("DE01", "2026-11-04T12:00:00.000Z")).toBeNull();
    expect(begin("US01", "2026-11-04T12:00:00.000Z")).toBe("2026-11-04T13:00:00.000Z");
    expect(begin("DE01", "2026-11-06T20:00:00.000Z")).toBe("2026-11-09T07:00:00.000Z");
    const night = { ...hours, from: "22:00", to: "06:00", days: "every-day" as const };
    expect(hoursBeginAt(night, calendars, "DE01", new Date("2026-11-07T02:00:00.000Z"))).toBeNull();
    expect(nextOf(["09:00", "15:00"], "Europe/Berlin", new Date("2026-11-04T14:00:00.000Z"))).toBe(
      "2026-11-05T08:00:00.000Z",
    );
  });

  test("a mute window is open on its days of the week, of the close, or between its dates", () => {
    const mute = { id: "m", reason: "r", severities: ["S3" as const], from: "00:00" };
    const until = (on: object, now: string) => mutedUntil({ ...mute, on } as never, calendars, new Date(now));
    expect(until({ weekdays: [6, 7] }, "2026-11-07T12:00:00.000Z")).toBe("2026-11-07T23:00:00.000Z");
    expect(until({ weekdays: [6, 7] }, "2026-11-06T12:00:00.000Z")).toBeNull();
    expect(until({ fromWorkDay: 1, toWorkDay: 2 }, "2026-11-03T12:00:00.000Z")).toBe("2026-11-03T23:00:00.000Z");
    expect(until({ fromDate: "2026-12-24", toDate: "2026-12-31" }, "2026-12-25T12:00:00.000Z")).toBe(
      "2026-12-31T23:00:00.000Z",
    );
  });

  test("escalations follow minutes within the close, and run ahead of milestones; a chain starts where the last ended", () => {
    const estate = smallEstate({
      escalations: [
        {
          id: "worst",
          during: { fromWorkDay: -1, toWorkDay: 5 },
          steps: [{ afterMinutes: 15, role: "controller" }],
          next: "further",
        },
        { id: "further", steps: [{ afterMinutes: 45, role: "cfo" }] },
        { id: "pack", steps: [{ beforeMilestone: { milestone: "pack", minutes: 120 }, role: "controller" }] },
      ],
    });
    const due = (now: string) =>
      escalationsOf({ estate, calendars: calendarsOf(estate) }, subject("late-posting"), new Date(now)).map(
        ({ step, dueAt }) => `${step} ${dueAt.slice(5, 16)}`,
      );
    expect(due("2026-11-04T11:00:00.000Z")).toEqual([
      "worst:1 11-04T11:15",
      "further:1 11-04T12:00",
      "pack:1 11-06T09:00",
    ]);
    expect(due("2026-11-20T11:00:00.000Z")).toEqual(["further:1 11-20T11:45", "pack:1 12-07T09:00"]);
  });
});
