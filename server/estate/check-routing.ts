import type { Estate } from "../../schemas/estate/estate.ts";
import { WORDING_PLACEHOLDERS, type Escalation, type Matcher } from "../../schemas/estate/route.ts";
import type { Path } from "./estate-text.ts";
import { idsOf, mustBe, type Complain } from "./named.ts";

/** Routes, escalations and what they lead to: every name is declared, nothing goes in circles, no word is left unfilled. */
export function checkRouting(estate: Estate, complain: Complain): void {
  for (const [at, route] of estate.routes.entries()) {
    const path = ["routes", at] as const;
    checkMatcher(estate, route, path, complain);
    checkTold(estate, route, path, complain);
    if (route.hours !== undefined) mustBe(idsOf(estate.hours), route.hours, "hours", [...path, "hours"], complain);
    if (route.digest && !["S3", "S4"].some((each) => (route.severities ?? ["S3"]).includes(each as "S3")))
      complain(
        [...path, "digest"],
        `“${route.id}” gathers S3 and S4 and is told of neither`,
        "one of them, or no digest",
      );
  }
  for (const [at, mute] of estate.mutes.entries()) checkMatcher(estate, mute, ["mutes", at], complain);
  for (const [at, hours] of estate.hours.entries()) {
    if (hours.from === hours.to)
      complain(["hours", at, "to"], `“${hours.id}” ends as it begins and reaches nobody`, "another time");
  }
  for (const [at, escalation] of estate.escalations.entries()) checkEscalation(estate, escalation, at, complain);
  checkCircles(estate, complain);
  for (const [at, wording] of estate.wordings.entries()) {
    for (const part of ["title", "lead"] as const) checkWords(wording[part] ?? "", ["wordings", at, part], complain);
  }
}

function checkMatcher(estate: Estate, matcher: Matcher, path: Path, complain: Complain): void {
  for (const [of, id] of (matcher.entities ?? []).entries())
    mustBe(idsOf(estate.entities), id, "entity", [...path, "entities", of], complain);
  for (const [of, id] of (matcher.flows ?? []).entries())
    mustBe(idsOf(estate.flows), id, "flow", [...path, "flows", of], complain);
}

function checkTold(
  estate: Estate,
  told: { role: string; rotation?: string | undefined; receivers: readonly string[] },
  path: Path,
  complain: Complain,
): void {
  for (const [of, id] of told.receivers.entries())
    mustBe(idsOf(estate.receivers), id, "receiver", [...path, "receivers", of], complain);
  if (told.rotation === undefined) return;
  mustBe(idsOf(estate.rotations), told.rotation, "rotation", [...path, "rotation"], complain);
  const rotation = estate.rotations.find(({ id }) => id === told.rotation);
  if (rotation && rotation.role !== told.role)
    complain(
      [...path, "rotation"],
      `“${rotation.id}” is the ${rotation.role}'s and reaches no ${told.role}`,
      told.role,
    );
}

function checkEscalation(estate: Estate, escalation: Escalation, at: number, complain: Complain): void {
  const path = ["escalations", at] as const;
  checkMatcher(estate, escalation, path, complain);
  const { during, steps, next } = escalation;
  if (during && during.fromWorkDay > during.toWorkDay)
    complain([...path, "during"], `“${escalation.id}” ends before it begins and reaches nobody`, "fromWorkDay first");
  if (next !== undefined) mustBe(idsOf(estate.escalations), next, "escalation", [...path, "next"], complain);
  let before = 0;
  const told = new Set<string>();
  for (const [of, step] of steps.entries()) {
    checkTold(estate, step, [...path, "steps", of], complain);
    if (step.beforeMilestone) {
      const known = idsOf(estate.close.milestones);
      const where = [...path, "steps", of, "beforeMilestone", "milestone"];
      mustBe(known, step.beforeMilestone.milestone, "milestone", where, complain);
      continue;
    }
    if (step.afterMinutes! <= before)
      complain(
        [...path, "steps", of, "afterMinutes"],
        `step ${of + 1} is not later than the one before`,
        `more than ${before}`,
      );
    before = step.afterMinutes!;
    const whom = [step.role, step.rotation ?? "", ...step.receivers].join(" ");
    if (told.has(whom))
      complain([...path, "steps", of], `step ${of + 1} goes back to those an earlier step told`, "somebody else");
    told.add(whom);
  }
}

/** Escalations that go on to each other never reach anybody new. */
function checkCircles(estate: Estate, complain: Complain): void {
  const next = new Map(estate.escalations.map((each) => [each.id, each.next]));
  for (const [at, { id }] of estate.escalations.entries()) {
    const path = [id];
    for (let to = next.get(id); to !== undefined && next.has(to); to = next.get(to)) {
      if (to === id) {
        complain(["escalations", at, "next"], `the escalations ${[...path, id].join(" → ")} go in a circle`, "an end");
        break;
      }
      if (path.includes(to)) break;
      path.push(to);
    }
  }
}

function checkWords(text: string, path: Path, complain: Complain): void {
  const known: readonly string[] = WORDING_PLACEHOLDERS;
  for (const [whole, name] of text.matchAll(/\{([^{}]*)\}/g)) {
    if (!known.includes(name!))
      complain(path, `there is nothing to put for “${whole}”`, known.map((each) => `{${each}}`).join(", "));
  }
  if (/[{}]/.test(text.replaceAll(/\{[^{}]*\}/g, ""))) complain(path, "a brace has no other half", "both, or neither");
}
