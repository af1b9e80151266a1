import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scoreEstate, type EstateScore } from "./score-estate.ts";

/**
 * `npm run score -- [estate …] [--json <file>]`: plays each estate with its labelled faults and prints precision and
 * recall by kind of exception. Ends with 1 where either is below the goal.
 */
const GOAL = 0.95;
const MOST_ALARMS = 1.2;
const ESTATES = readdirSync(join(import.meta.dirname, "../../estates"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const unknown = positionals.filter((name) => !ESTATES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no estate ${unknown.join(", ")}; expected ${ESTATES.join(", ")}.`);
  process.exit(2);
}

const scores: EstateScore[] = [];
for (const estate of positionals.length > 0 ? positionals : ESTATES) {
  let told = 0;
  scores.push(
    await scoreEstate(estate, (share) => {
      if (!process.stderr.isTTY && share < told + 0.25) return;
      told = share;
      process.stderr.write(`${estate}: ${Math.round(share * 100)} % played\n`);
    }),
  );
}

const codes = Map.groupBy(
  scores.flatMap((score) => score.codes),
  ({ code }) => code,
);
const rows = [...codes].map(([code, of]) => {
  const sum = (key: "faults" | "found" | "told" | "right") => of.reduce((all, each) => all + each[key], 0);
  const [faults, found, spoken, right] = [sum("faults"), sum("found"), sum("told"), sum("right")];
  return {
    ...{ code, faults, found, told: spoken, right },
    recall: faults === 0 ? null : found / faults,
    precision: spoken === 0 ? null : right / spoken,
  };
});
console.table(
  rows.map(({ recall, precision, ...row }) => ({ ...row, recall: shown(recall), precision: shown(precision) })),
);
const told = scores.reduce(
  (sum, { incidents }) => ({
    causes: sum.causes + incidents.rootCauses,
    alarms: sum.alarms + incidents.alarms,
    right: sum.right + incidents.rightRole,
  }),
  { causes: 0, alarms: 0, right: 0 },
);
const perCause = told.alarms / told.causes;
const rightRole = told.right / told.causes;
console.log(`alarms a root cause: ${perCause.toFixed(2)} (at most ${MOST_ALARMS})`);
console.log(`first alarm to the right role: ${rightRole.toFixed(2)} (at least ${GOAL})`);
for (const { estate, missed, falseAlarms } of scores) {
  for (const id of missed) console.log(`${estate}: missed ${id}`);
  for (const alarm of falseAlarms) console.log(`${estate}: false alarm ${alarm}`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ scores, codes: rows }, null, 2)}\n`);
const found = rows.every(({ recall, precision }) => (recall ?? 1) >= GOAL && (precision ?? 1) >= GOAL);
process.exitCode = found && perCause <= MOST_ALARMS && rightRole >= GOAL ? 0 : 1;

function shown(share: number | null): string {
  return share === null ? "–" : share.toFixed(2);
}
