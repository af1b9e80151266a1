import type { Estate } from "../../schemas/estate/estate.ts";
import { Role } from "../../schemas/estate/role.ts";
import { ExceptionCode } from "../../schemas/event/facets.ts";
import { EXCEPTION_TABLE } from "../../server/checks/exception-table.ts";
import { calendarsOf } from "../../server/close/calendars.ts";
import { decide, type Reader } from "../../server/notify/decide.ts";
import type { Subject } from "../../server/notify/subject.ts";
import { smallEstate } from "../small-estate.ts";
import { atMost, defineBench, quantile } from "./bench.ts";
import { random } from "./random.ts";

const ENTITIES = 200;
const ROUTES = 100;
const PEOPLE = 300;
const DECISIONS = 20_000;

export const routing = defineBench({
  name: "routing",
  title: `who is told of an incident, ${ROUTES} routes, ${PEOPLE} people, ${ENTITIES} entities, p99`,
  unit: "ms",
  goal: atMost(1),
  reference: "the same people filtered once by role and entity, and nothing else",
  async run({ say }) {
    const estate = wideEstate();
    const people = wideStaff();
    const calendars = calendarsOf(estate);
    const next = random(11);
    const pick = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)]!;
    const times: number[] = [];
    const bare: number[] = [];
    let told = 0;
    for (let at = 0; at < DECISIONS; at++) {
      const subject = subjectOf(pick(ExceptionCode.options), `E${Math.floor(next() * ENTITIES)}`);
      const now = new Date(Date.parse("2026-10-20T00:00:00.000Z") + Math.floor(next() * 30 * 86_400_000));
      const began = performance.now();
      const { calls } = decide({ estate, calendars, people, now }, subject);
      times.push(performance.now() - began);
      told += calls.length;
      const bareBegan = performance.now();
      people.filter(({ role, entities }) => role === subject.ownerRole && entities?.includes(subject.entities[0]!));
      bare.push(performance.now() - bareBegan);
    }
    if (told < DECISIONS)
      throw new Error(`${DECISIONS} decisions called ${told} roles; every one must call its owner.`);
    say(`${(told / DECISIONS).toFixed(1)} roles told each; p50 ${quantile(times, 0.5).toFixed(3)} ms`);
    return { value: quantile(times, 0.99), reference: quantile(bare, 0.99) };
  },
});

function wideEstate(): Estate {
  const entities = Array.from({ length: ENTITIES }, (_, at) => {
    return { id: `E${at}`, name: `Entity ${at}`, country: "DE", currency: "EUR", zone: "Europe/Berlin" };
  });
  const routes = Array.from({ length: ROUTES }, (_, at) => ({
    ...{ id: `route-${at}`, role: Role.options[at % Role.options.length] },
    owners: [Role.options[at % Role.options.length]],
    ...(at % 2 === 0 ? { phases: ["close"] } : {}),
    entities: entities.slice(at * 2, at * 2 + 20).map(({ id }) => id),
  })).filter((route) => route.entities.length > 0);
  return smallEstate({ entities, routes });
}

function wideStaff(): Reader[] {
  return Array.from({ length: PEOPLE }, (_, at) => ({
    ...{
      id: `p${at}`,
      name: `Person ${at}`,
      email: `p${at}@wide.example`,
      role: Role.options[at % Role.options.length]!,
    },
    periods: null,
    entities:
      at < Role.options.length ? null : Array.from({ length: 20 }, (_each, of) => `E${(at * 7 + of) % ENTITIES}`),
  }));
}

function subjectOf(code: ExceptionCode, entity: string): Subject {
  const { class: kind, severity, owner } = EXCEPTION_TABLE[code];
  return {
    ...{ code, class: kind, severity, ownerRole: owner, entities: [entity], flows: ["actuals"], periods: ["2026-10"] },
    impact: { reports: [{ id: "close-dashboard", title: "Close dashboard" }], milestones: [], signoffs: [] },
  };
}
