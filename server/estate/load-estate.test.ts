import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { smallEstate } from "../../test/small-estate.ts";
import { EstateError } from "./estate-error.ts";
import { loadEstate } from "./load-estate.ts";

const made: string[] = [];
afterEach(() => made.splice(0).forEach((directory) => rmSync(directory, { recursive: true })));

function folder(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), "estate-"));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

function problemsOf(files: Record<string, string>): readonly string[] {
  try {
    loadEstate(folder(files));
  } catch (error) {
    if (error instanceof EstateError) return error.problems;
    throw error;
  }
  return [];
}

const { entities, ...rest } = smallEstate();
const whole = {
  "estate.yaml": stringify(rest),
  "entities.yaml": stringify({ entities: entities.slice(0, 1) }),
  "acquired/us.yaml": stringify({ entities: entities.slice(1) }),
};

describe("an estate", () => {
  it("is joined from every file below its folder, but not from the sandbox's", () => {
    const loaded = loadEstate(folder({ ...whole, "sandbox/scenario.yaml": "not: an estate", "notes.md": "nothing" }));
    expect(loaded.estate.entities.map((entity) => entity.id).sort()).toEqual(["DE01", "US01"]);
    expect(loaded.files.map((file) => file.name)).toEqual(["acquired/us.yaml", "entities.yaml", "estate.yaml"]);
    expect(loaded.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("means every entity of every file where a system's settings say all", () => {
    const jobs = [
      { name: "Refresh Board Pack", entities: "all" },
      { name: "Load", entities: ["DE01"] },
    ];
    const systems = smallEstate().systems.map((system) => ({
      ...system,
      settings: { jobs, ledger: { entities: "all" } },
    }));
    const { estate } = loadEstate(folder({ ...whole, "estate.yaml": stringify({ ...rest, systems }) }));
    const ids = estate.entities.map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(estate.systems[0]!.settings).toEqual({
      jobs: [{ name: "Refresh Board Pack", entities: ids }, jobs[1]],
      ledger: { entities: ids },
    });
  });

  it("has the same hash for the same files alone", () => {
    const { hash } = loadEstate(folder(whole));
    expect(loadEstate(folder(whole)).hash).toBe(hash);
    expect(loadEstate(folder({ ...whole, "entities.yaml": `${whole["entities.yaml"]}# a remark\n` })).hash).not.toBe(
      hash,
    );
  });
});

describe("a wrong estate is refused by file and line", () => {
  const head = "estate:\n  name: small\n  title: Small\n  currency: EUR\n  zone: Europe/Berlin\n";
  it.each([
    ["not YAML", { "a.yaml": "estate: {name: [" }, /^a\.yaml:1: .*; expected readable YAML$/],
    ["a wrong type", { "a.yaml": head.replace("Small", "12") }, "a.yaml:3: estate.title is 12; expected string"],
    [
      "a missing field",
      { "a.yaml": head.replace("  zone: Europe/Berlin\n", "") },
      "a.yaml:2: estate.zone is missing; expected string",
    ],
    [
      "an unknown key",
      { "a.yaml": `${head}  colour: red\n` },
      "a.yaml:6: estate has “colour”; expected only keys of the estate grammar",
    ],
    [
      "a wrong format",
      { "a.yaml": head.replace("name: small", "name: Small Inc") },
      'a.yaml:2: estate.name is "Small Inc"; expected a short name of lower-case letters, digits and -',
    ],
    [
      "an unknown choice",
      { "a.yaml": `${head}  periods: { scheme: lunar }\n` },
      'a.yaml:6: estate.periods.scheme is "lunar"; expected "months", "4-4-5", "4-5-4", "5-4-4"',
    ],
    [
      "two heads",
      { "a.yaml": head, "b.yaml": head },
      "b.yaml:2: a second section “estate”; expected one, and it stands in a.yaml already",
    ],
    ["nothing at all", {}, /there is no \.yaml file below this folder; expected the files of an estate$/],
  ])("%s", (_, files, problem) => {
    const [first] = problemsOf(files);
    if (typeof problem === "string") expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  const changed = (change: Record<string, unknown>) =>
    problemsOf({ "a.yaml": stringify({ ...smallEstate(), ...change }) }).map((problem) =>
      problem.replace(/^a\.yaml:\d+: /, ""),
    );
  const base = smallEstate();
  const milestone = (change: object) => ({
    close: {
      ...base.close,
      milestones: base.close.milestones.map((each, at) => (at === 0 ? { ...each, ...change } : each)),
    },
  });
  const flow = (change: object) => ({ flows: [{ ...base.flows[0], ...change }] });
  const rule = (change: object) => ({ reconciliations: [{ ...base.reconciliations[0], ...change }] });

  it.each([
    ["nothing wrong", {}, []],
    [
      "an unknown zone",
      { entities: [{ ...base.entities[0], zone: "Europe/Bonn" }] },
      ["there is no time zone “Europe/Bonn”; expected an IANA zone such as Europe/Berlin"],
    ],
    [
      "an unknown country",
      { entities: [{ ...base.entities[0], country: "XX" }] },
      ["there is no country “XX”; expected an ISO 3166 code such as DE"],
    ],
    [
      "an unknown currency",
      { entities: [{ ...base.entities[0], currency: "EUX" }] },
      ["there is no currency “EUX”; expected an ISO 4217 code such as EUR"],
    ],
    [
      "an unknown region",
      { calendars: [{ id: "germany", country: "DE", region: "ZZ" }] },
      [expect.stringContaining("DE has no region “ZZ”; expected one of ")],
    ],
    [
      "a calendar without work days",
      { calendars: [{ id: "germany", country: "DE", weekend: [1, 2, 3, 4, 5, 6, 7] }] },
      ["“germany” has no work day at all; expected at most six days of weekend"],
    ],
    [
      "an id twice",
      { entities: [base.entities[0], base.entities[0]] },
      ["“DE01” stands twice in entities; expected each id once"],
    ],
    [
      "an unknown system",
      { datasets: base.datasets.map((each) => ({ ...each, system: each.id === "plan" ? "mars" : each.system })) },
      ["there is no system “mars”; expected one of erp, hub, planning, bi"],
    ],
    [
      "an unknown dataset on a flow",
      flow({ source: "mars" }),
      [
        expect.stringContaining("there is no dataset “mars”; expected one of ledger"),
        expect.stringContaining("no dataset on flow “actuals” “ledger”"),
      ],
    ],
    [
      "an unknown runbook",
      flow({ runbook: "mars" }),
      ["there is no runbook “mars”; expected a runbook to be declared"],
    ],
    [
      "legs out of order",
      rule({ legs: ["extract", "ledger"] }),
      [expect.stringContaining("the legs of “tie-out” do not follow the flow; expected the order ledger, extract")],
    ],
    [
      "an unknown predecessor",
      milestone({ after: ["mars"] }),
      [expect.stringContaining("there is no milestone “mars”")],
    ],
    [
      "a circle of predecessors",
      milestone({ after: ["ties"] }),
      ["the milestones actuals → ties → accruals → actuals wait for each other; expected no circle"],
    ],
    [
      "predecessors without any",
      milestone({ gate: { kind: "predecessors" } }),
      ["“actuals” is met by its predecessors and has none; expected at least one milestone in after"],
    ],
    [
      "a sign-off nobody may certify",
      milestone({ gate: { kind: "signoff", role: "engineer" } }),
      ["“actuals” is certified as engineer; expected controller or cfo"],
    ],
    [
      "an unknown hop",
      milestone({ gate: { kind: "flow", flow: "actuals", through: "ledger" } }),
      [expect.stringContaining("there is no hop of flow “actuals” “ledger”")],
    ],
    [
      "a runbook without its file",
      { runbooks: [{ id: "r", title: "R", file: "runbooks/r.md" }] },
      ["there is no file “runbooks/r.md”; expected Markdown below the estate's folder"],
    ],
    [
      "a week scheme without a start",
      { estate: { ...base.estate, periods: { scheme: "4-4-5" } } },
      ["the 4-4-5 scheme has no start; expected startsOn, the first day of the first fiscal year"],
    ],
  ])("%s", (_, change, problems) => expect(changed(change)).toEqual(problems));

  it("names the line in the file a list was spread to", () => {
    const files = {
      ...whole,
      "acquired/us.yaml":
        "# the acquired company\nentities:\n  - id: US01\n    name: One Inc\n    country: US\n    currency: USD\n    zone: Mars/Base\n",
    };
    expect(problemsOf(files)).toEqual([
      "acquired/us.yaml:7: there is no time zone “Mars/Base”; expected an IANA zone such as Europe/Berlin",
    ]);
  });
});
