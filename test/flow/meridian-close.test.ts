import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Triggered } from "../../collectors/collector.ts";
import type { Label } from "../../sandbox/world/fault-script.ts";
import type { Hold } from "../../schemas/wire/board.ts";
import type { TieLine } from "../../schemas/wire/line.ts";
import { episodesOf, foundIn, tells as tellsIn, type Episode } from "../score/episodes.ts";
import { alarmsOver, alarmTells, scoreAlarms } from "../score/incident-lookout.ts";
import { openPlayedTower, type Look, type PlayedTower } from "./played-tower.ts";

const OCTOBER = "2026-10";
const HOUR = 3_600_000;
/** After cost centre 7710 was mapped, and before the next scheduled load. */
const RERUN_AT = "2026-11-04T10:00:00.000Z";
const LOAD = "Load Actuals DE01";

type Told = Pick<Hold, "severity" | "class" | "owner" | "act" | "amount" | "dueAt" | "title" | "text">;

/** What the tower says of each fault of the script the first time it is seen. */
const SAID: Record<string, Told> = {
  "oct-anaplan-token": {
    ...{ severity: "S2", class: "technical", owner: "platform", act: "none", amount: null },
    dueAt: "2026-11-02T17:00:00.000Z",
    title: "Anaplan refuses Tieout’s credentials",
    text:
      "Anaplan cannot be read since 2 Nov 13:00: it refuses Tieout’s credentials. " +
      "It says: “POST /token/authenticate answered 401”. Endangers Actuals in, Accruals and Ties out.",
  },
  "oct-fr02-combination": {
    ...{ severity: "S1", class: "business", owner: "analyst", act: "open-line", amount: "-8640.00" },
    dueAt: "2026-11-04T17:00:00.000Z",
    title: "Invalid combination 620000 × 2200",
    text:
      "FR02 is 8,640.00 EUR short in Anaplan. 5 rows rejected: account by cost centre 620000 × 2200 is not a valid " +
      "combination. Holds Ties out and Final tie-out; Group close dashboard shows it too.",
  },
  "oct-nl01-stuck": {
    ...{ severity: "S2", class: "technical", owner: "engineer", act: "open-run", amount: null },
    dueAt: "2026-11-03T17:00:00.000Z",
    title: "Message stalled in Integration Suite",
    text:
      "NL01: message under way since 3 Nov 08:08, far longer than usual; later ones wait behind it. " +
      "Holds Accruals and 3 after it; Group close dashboard shows older figures.",
  },
  "oct-us02-never-started": {
    ...{ severity: "S2", class: "technical", owner: "engineer", act: "rerun", amount: null },
    dueAt: "2026-11-03T23:00:00.000Z",
    title: "Extract never started",
    text:
      "US02 expected “FI_GL_ACTUALS_EXTRACT US02” at 3 Nov 12:00. No run, no error. Last good run 3 Nov 10:11. " +
      "Holds Accruals and 3 after it; Group close dashboard shows older figures.",
  },
  "oct-de01-unmapped": {
    ...{ severity: "S1", class: "business", owner: "analyst", act: "open-line", amount: "-22231.55" },
    dueAt: "2026-11-04T17:00:00.000Z",
    title: "Unmapped cost centre 7710",
    text:
      "DE01 is 22,231.55 EUR short in Anaplan. 14 rows rejected: cost centre 7710 is not mapped. " +
      "Holds Ties out and Final tie-out; Group close dashboard shows it too.",
  },
  "oct-gb02-late": {
    ...{ severity: "S1", class: "business", owner: "controller", act: "rerun", amount: "-61480.00" },
    dueAt: "2026-11-06T16:00:00.000Z",
    title: "Late posting after the snapshot",
    text:
      "GB02 posted 61,480.00 GBP after the last snapshot, past the cut-off. " +
      "Holds Ties out and Final tie-out; Group close dashboard shows older figures.",
  },
  "oct-dashboard-stale": {
    ...{ severity: "S2", class: "business", owner: "analyst", act: "rerun", amount: null },
    dueAt: "2026-11-05T08:00:00.000Z",
    title: "Group close dashboard is stale",
    text:
      "12 entities: refresh failed 4 Nov 19:18: “The on-premises data gateway GW-FIN-01 is either offline or could " +
      "not be reached”. Holds Ties out, Dashboard and Final tie-out.",
  },
};

let tower: PlayedTower;
let looks: Look[];
let lines: Map<string, Record<string, TieLine>>;
let seen: Episode[];
let labels: Label[];
let triggered: Triggered[];
const before = new Map<string, Look>();

beforeAll(async () => {
  tower = await openPlayedTower();
  await tower.playHistory();
  for (const period of ["2026-07", "2026-08", "2026-09"]) before.set(period, tower.look(period));
  looks = [];
  lines = new Map();
  for (const at of hours("2026-10-30T05:00:00Z", "2026-11-09T12:00:00Z")) {
    await tower.stepTo(at);
    const look = tower.look(OCTOBER);
    looks.push(look);
    for (const entity of ["DE01", "GB02"]) lines.set(`${entity} ${look.at}`, look.lines(entity));
    if (look.at === RERUN_AT) triggered = await loadAgain();
  }
  labels = tower.sandbox.labels();
  seen = episodesOf(looks);
}, 240_000);
afterAll(() => tower.close());

/** Every hour from WD+1 until the last fault is gone, every six before and after. */
function* hours(from: string, to: string): Generator<number> {
  for (let at = Date.parse(from); at <= Date.parse(to);) {
    yield at;
    const quiet = at < Date.parse("2026-11-01T23:00Z") || at >= Date.parse("2026-11-05T11:00Z");
    at += quiet ? 6 * HOUR : HOUR;
  }
}

/** Asks Anaplan for the load twice with one key, as two clicks or a crash between them would. */
async function loadAgain(): Promise<Triggered[]> {
  const { connected } = tower.sources.find(({ system }) => system.id === "anaplan")!;
  const input = { job: LOAD, parameters: {}, idempotencyKey: "R-1", requestedAt: RERUN_AT };
  return [await connected.trigger!(input), await connected.trigger!(input)];
}

const tells = (one: Episode, label: Label) => tellsIn(tower.estate, one, label, HOUR);
const at = (instant: string) => looks.find((look) => look.at === `${instant}:00.000Z`)!;
const entity = (look: Look, id: string) => look.entities.find((row) => row.entity === id)!;
const cell = (look: Look, id: string, milestone: string) =>
  entity(look, id).cells.find((each) => each.milestone === milestone)!;
const line = (id: string, instant: string) => lines.get(`${id} ${instant}:00.000Z`)!["actuals-tie-out"]!;
const late = (look: Look) =>
  look.entities.flatMap(({ entity: id, cells }) =>
    cells.filter(({ timing }) => timing !== "met").map(({ milestone, timing }) => `${id} ${milestone} ${timing}`),
  );

describe("the faults of October", () => {
  test("are all found and nothing else is called one", () => {
    const played = labels.filter(({ period }) => period === OCTOBER);
    const missed = played.filter((label) => !foundIn(tower.estate, seen, label, HOUR));
    const falseAlarms = seen.filter((one) => !played.some((label) => tells(one, label)));
    expect(
      missed.map(({ id }) => id),
      "labels nothing told of",
    ).toEqual([]);
    expect(
      falseAlarms.map(({ hold, firstAt }) => `${new Date(firstAt).toISOString()} ${hold.id}: ${hold.text}`),
    ).toEqual([]);
    const recall = (played.length - missed.length) / played.length;
    const precision = (seen.length - falseAlarms.length) / seen.length;
    expect({ faults: played.length, holds: seen.length, recall, precision }).toEqual({
      faults: 7,
      holds: 7,
      recall: 1,
      precision: 1,
    });
  });

  test.each(Object.entries(SAID))("%s is told as a controller would", (id, said) => {
    const label = labels.find((each) => each.id === id)!;
    const told = seen.filter((one) => tells(one, label));
    expect(told).toHaveLength(1);
    expect(told[0]!.hold).toMatchObject(said);
  });

  test("each stands since one instant, and grows worse as its deadline nears", () => {
    const stood = (code: string) => looks.flatMap(({ holds }) => holds.filter((hold) => hold.code === code));
    for (const { hold } of seen)
      expect(new Set(stood(hold.code).map(({ sinceAt }) => sinceAt)), hold.id).toHaveLength(1);
    expect(stood("missing-run").map(({ severity }) => severity)).toEqual(["S2", "S2", "S2", "S1", "S1", "S1"]);
    expect(stood("missing-run").at(-1)!.text).toContain("at 3 Nov 12:00. 2 more since. No run, no error.");
  });
});

describe("the incidents of October", () => {
  test("are one for each fault, to who owns it; nothing else wakes anybody", () => {
    const played = labels.filter(({ period }) => period === OCTOBER);
    const alarms = alarmsOver(tower.estate, looks);
    const others = alarms.filter((alarm) => !played.some((label) => alarmTells(tower.estate, alarm, label, HOUR)));
    expect(others.map(({ at: when, incident }) => `${when} ${incident.causeKey}`)).toEqual([]);
    expect(scoreAlarms(tower.estate, alarms, played, HOUR)).toEqual({
      rootCauses: 7,
      alarms: 7,
      rightRole: 7,
      missed: [],
    });
  });
});

describe("the board", () => {
  test("names the hop that breaks, and what merely carries it", () => {
    const broken = line("DE01", "2026-11-03T19:00");
    expect(broken.hops.map(({ dataset, state }) => `${dataset} ${state}`)).toEqual([
      "s4-ledger tied",
      "s4-extract tied",
      "cpi-actuals tied",
      "anaplan-actuals off",
      "pbi-close carries",
    ]);
    expect(broken.hops[broken.firstOff!]).toMatchObject({ systemTitle: "Anaplan", difference: "-22231.55" });
    expect(broken.hops[3]!.exceptions[0]!.message, "the vendor's own words stay").toMatch(/InvalidListIdentifier/);
    const look = at("2026-11-03T19:00");
    expect(entity(look, "DE01").verdict).toBe("held");
    expect(cell(look, "DE01", "ties")).toMatchObject({ state: "held", note: "− 22,231.55 EUR" });
    expect(cell(look, "DE01", "final"), "not due yet, and only inherits it").toMatchObject({ state: "not-due" });
    expect(look.strips["actuals-to-close:DE01"]!.hops.map(({ state }) => state)).toEqual([
      "tied",
      "tied",
      "off",
      "carries",
    ]);
  });

  test("knows nothing of a system it cannot read, and calls nothing missing there", () => {
    const look = at("2026-11-02T13:00");
    for (const { entity: id, country, verdict } of look.entities) {
      expect(verdict, id).toBe(["US", "BR"].includes(country) ? "on-course" : "unknown");
    }
    expect(cell(look, "DE01", "actuals").why).toBe(
      "Anaplan cannot be read since 2 Nov 13:00: it refuses Tieout’s credentials. Due 2 Nov 18:00.",
    );
  });

  test("opens a milestone again that was met when a posting comes late", () => {
    const { state, timing, note, why } = cell(at("2026-11-04T20:00"), "GB02", "ties");
    expect({ state, timing, note }).toEqual({ state: "held", timing: "met", note: "late posting" });
    expect(why).toContain("61,480.00 GBP posted after the snapshot of 4 Nov 18:00, past the cut-off.");
    expect(line("GB02", "2026-11-04T20:00").hops.map(({ state: hop }) => hop)).toEqual([
      "tied",
      "off",
      "carries",
      "carries",
      "carries",
    ]);
  });

  test("says which report shows older figures, and why", () => {
    const stale = looks.filter(({ head }) => head.staleReports.length > 0);
    expect(stale.at(0)!.at).toBe("2026-11-04T19:00:00.000Z");
    expect(stale.at(-1)!.at).toBe("2026-11-05T07:00:00.000Z");
    const { text } = SAID["oct-dashboard-stale"]!;
    expect(stale[0]!.head.staleReports).toMatchObject([{ title: "Group close dashboard", because: text }]);
  });

  test("ends with every entity ready to be signed off, and only what a fault delayed late", () => {
    const end = looks.at(-1)!;
    expect(end.head.workDay).toBe(6);
    for (const { entity: id, verdict } of end.entities)
      expect(verdict, `${id} waits for signatures alone`).toBe("ready");
    expect(cell(end, "DE01", "signed")).toMatchObject({
      state: "not-due",
      signoff: { state: "open", next: "prepare" },
    });
    expect(end.holds).toEqual([]);
    expect(late(end).filter((each) => !each.endsWith(" signed due"))).toEqual(["US02 accruals late"]);
  });

  test.each([
    ["2026-07", ["DE02 ties late", "US01 extracted late"]],
    ["2026-08", ["DE01", "DE02", "DE03", "FR01", "FR02", "GB01", "GB02", "NL01"].map((id) => `${id} dashboard late`)],
    ["2026-09", ["BR01 accruals late"]],
  ])("has %s passed, late only where the script made it so", (period, expected) => {
    const look = before.get(period)!;
    expect(look.holds).toEqual([]);
    expect(look.head.gatesPassed).toBe(look.head.gates);
    expect(look.head.counts.closed).toBe(12);
    expect(late(look).sort()).toEqual(expected);
  });
});

describe("a load run again once its cause is mended", () => {
  test("runs once for one key, and comes back with the batch's correlation", () => {
    expect(triggered.map(({ adopted }) => adopted)).toEqual([false, true]);
    expect(triggered[1]!.runId).toBe(triggered[0]!.runId);
    const rerun = tower.facts.run(triggered[0]!.runId)!;
    expect(rerun).toMatchObject({
      state: "COMPLETED",
      jobName: LOAD,
      startedAt: RERUN_AT,
      rowsRejected: 0,
      exceptions: [],
    });
    const chain = tower.facts.correlated(rerun.correlationId!).map(({ jobName }) => jobName);
    const scheduled = ["FI_GL_ACTUALS_EXTRACT DE01", "GL_ACTUALS_OUT DE01", LOAD];
    expect(chain.sort()).toEqual([...scheduled, LOAD].sort());
  });

  test("turns the board before the next load was due", () => {
    expect(line("DE01", "2026-11-04T10:00")).toMatchObject({
      state: "off",
      firstOff: 3,
      rerun: { dataset: "anaplan-actuals" },
    });
    expect(at("2026-11-04T11:00").holds).toEqual([]);
    expect(line("DE01", "2026-11-04T11:00").hops[3]).toMatchObject({ state: "tied", runId: triggered[0]!.runId });
    expect(line("DE01", "2026-11-04T13:00").state).toBe("tied");
    expect(cell(at("2026-11-04T13:00"), "DE01", "ties")).toMatchObject({ state: "done", timing: "met" });
  });
});
