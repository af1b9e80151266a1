import { expect, test } from "vitest";
import { EstateFile, type Estate } from "../../schemas/estate/estate.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { checkRouting } from "./check-routing.ts";

function complaints(sections: Partial<Record<keyof Estate, unknown>>): string[] {
  const found: string[] = [];
  checkRouting(smallEstate(sections), (path, what) => found.push(`${path.join(".")}: ${what}`));
  return found;
}

const route = (more: object) => ({ routes: [{ id: "r", role: "engineer", ...more }] });
const steps = [{ afterMinutes: 15, role: "controller" }];

test.each([
  ["a receiver nobody declared", route({ receivers: ["pager"] }), "routes.0.receivers.0: there is no receiver “pager”"],
  ["an entity there is not", route({ entities: ["XX99"] }), "routes.0.entities.0: there is no entity “XX99”"],
  ["hours there are not", route({ hours: "office" }), "routes.0.hours: there is no hours “office”"],
  [
    "a rotation of another role",
    {
      ...route({ rotation: "d" }),
      rotations: [{ id: "d", title: "D", role: "cfo", members: ["a@x.example"], startsOn: "2026-01-05" }],
    },
    "routes.0.rotation: “d” is the cfo's and reaches no engineer",
  ],
  [
    "hours without an hour",
    { hours: [{ id: "o", title: "O", from: "08:00", to: "08:00" }] },
    "hours.0.to: “o” ends as it begins and reaches nobody",
  ],
  [
    "a digest of what is never gathered",
    route({ severities: ["S1"], digest: ["09:00"] }),
    "routes.0.digest: “r” gathers S3 and S4 and is told of neither",
  ],
  [
    "escalations in a circle",
    {
      escalations: [
        { id: "a", steps, next: "b" },
        { id: "b", steps, next: "a" },
      ],
    },
    "escalations.0.next: the escalations a → b → a go in a circle",
  ],
  [
    "an escalation to itself",
    { escalations: [{ id: "a", steps, next: "a" }] },
    "escalations.0.next: the escalations a → a go in a circle",
  ],
  [
    "a step back to those already told",
    {
      escalations: [
        { id: "a", steps: [...steps, { afterMinutes: 30, role: "cfo" }, { afterMinutes: 60, role: "controller" }] },
      ],
    },
    "escalations.0.steps.2: step 3 goes back to those an earlier step told",
  ],
  [
    "a milestone there is not",
    { escalations: [{ id: "a", steps: [{ beforeMilestone: { milestone: "x", minutes: 5 }, role: "cfo" }] }] },
    "escalations.0.steps.0.beforeMilestone.milestone: there is no milestone “x”",
  ],
  [
    "a placeholder there is not",
    { wordings: [{ id: "w", role: "cfo", title: "{severity} {amount}" }] },
    "wordings.0.title: there is nothing to put for “{amount}”",
  ],
  [
    "half a placeholder",
    { wordings: [{ id: "w", role: "cfo", title: "{severity}", lead: "{title" }] },
    "wordings.0.lead: a brace has no other half",
  ],
])("%s is refused", (_, sections, complaint) => {
  expect(complaints(sections)).toContain(complaint);
});

test("what leads everywhere is taken", () => {
  const whole = {
    ...route({ entities: ["DE01"], flows: ["actuals"], digest: ["09:00"], hours: "o" }),
    hours: [{ id: "o", title: "O", from: "08:00", to: "19:00" }],
    escalations: [
      { id: "a", steps, next: "b" },
      { id: "b", steps: [{ afterMinutes: 60, role: "cfo" }] },
    ],
    wordings: [{ id: "w", role: "cfo", title: "{severity} {title}", lead: "{reports}" }],
  };
  expect(complaints(whole)).toEqual([]);
});

test("a mute window never means S1, and a step says exactly one time", () => {
  const mute = { id: "m", reason: "r", severities: ["S1"], on: { weekdays: [6] } };
  expect(EstateFile.safeParse({ mutes: [mute] }).error?.issues[0]?.message).toContain("an S1 is never muted");
  const step = { ...steps[0], beforeMilestone: { milestone: "pack", minutes: 5 } };
  expect(EstateFile.safeParse({ escalations: [{ id: "a", steps: [step] }] }).success).toBe(false);
});
