import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { postgresBinaries } from "../postgres-server.ts";
import { runCampaign, type Campaign } from "./campaign.ts";
import { drawInjections, KINDS, type Form, type KindName } from "./injections.ts";
import { mayMount } from "./may-mount.ts";
import { reportOf } from "./report.ts";

const USAGE = `npm run faults -- [--seed <n>] [--minutes <n>] [--injections <n>] [--form embedded|served] [--only <kind,…>]
                 [--json <file>]
  Leaves 0 where everything held, 1 where something did not.`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "10" },
    injections: { type: "string", default: "40" },
    form: { type: "string" },
    only: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const [seed, minutes, count] = [values.seed, values.minutes, values.injections].map(Number);
if (
  ![seed, minutes, count].every((number) => number! >= 0) ||
  !["embedded", "served", undefined].includes(values.form)
) {
  console.error(USAGE);
  process.exit(2);
}

const served = postgresBinaries() !== null;
const only = values.only?.split(",");
const leftOut = new Set<KindName>(mayMount() ? [] : ["disk-full"]);
const forms = (values.form ? [values.form] : ["embedded", ...(served ? ["served"] : [])]) as Form[];
console.log(`Seed ${seed}, ${count} injections: ${forms.join(" and ")}.`);
if (!served) console.log("PostgreSQL is not installed here, so the served form is left out.");
for (const kind of leftOut) console.log(`Left out on this machine: ${KINDS.find(({ name }) => name === kind)!.title}.`);

for (const { name } of KINDS) if (only && !only.includes(name)) leftOut.add(name);
const injections = drawInjections(seed!, count!, forms, leftOut);
const deadline = performance.now() + minutes! * 60_000;
const campaigns: Campaign[] = [];
for (const [at, form] of forms.entries()) {
  // What time is left is shared by the forms still to come.
  const until = performance.now() + (deadline - performance.now()) / (forms.length - at);
  const mine = injections.filter((injection) => injection.form === form);
  campaigns.push(await runCampaign({ seed: seed!, form, injections: mine, deadline: until, tell: console.log }));
}
console.log(reportOf(campaigns, injections.length));
if (values.json) {
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), values.json);
  writeFileSync(file, `${JSON.stringify({ seed, injections, campaigns }, null, 1)}\n`);
}
const held = campaigns.every(({ invariants }) => invariants.every(({ breaches }) => breaches.length === 0));
process.exit(held ? 0 : 1);
