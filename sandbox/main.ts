import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import pino from "pino";
import { PlayError } from "./play-error.ts";
import { readEstate } from "./read-estate.ts";
import { startSandbox } from "./start-sandbox.ts";

/** Runs the sandbox alone, for a collector under construction or a server elsewhere: `npm run sandbox -- --data <dir>`. */
const ROOT = resolve(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    estate: { type: "string", default: join(ROOT, "estates", "meridian") },
    data: { type: "string", default: join(ROOT, ".tieout", "sandbox") },
    scenario: { type: "string" },
    speed: { type: "string" },
  },
});
const estate = readEstate(values.estate);
const sandbox = await startSandbox({
  estate,
  scenario: values.scenario,
  dataDirectory: values.data,
  log: pino({ level: process.env.LOG_LEVEL ?? "warn" }),
}).catch((error: unknown) => {
  if (!(error instanceof PlayError)) throw error;
  process.stderr.write(`The sandbox did not start. ${error.message}\n`);
  process.exit(1);
});
if (sandbox.historyUntil) sandbox.drive.stepTo(sandbox.historyUntil);
if (values.speed) sandbox.drive.setSpeed(Number(values.speed));
sandbox.begin();

const { at, speed } = sandbox.clock.state();
const lines = [`# ${estate.estate.title}, ${new Date(at).toISOString()}, ${speed} seconds a second`];
for (const system of estate.systems) {
  const played = sandbox.systems[system.id];
  lines.push("", `# ${system.title}${played ? "" : ": not played"}`);
  for (const [key, value] of Object.entries(played?.connection ?? {})) {
    const variable = system.connection[key];
    lines.push(variable ? `export ${variable}='${value}'` : `# ${key}: ${value}`);
  }
}
process.stdout.write(`${lines.join("\n")}\n`);

const stop = () => void sandbox.stop().then(() => process.exit(0));
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
