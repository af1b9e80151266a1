import { resolve } from "node:path";
import { examine, examinedText, isSound } from "./doctor/examine.ts";
import { INSPECTIONS } from "./doctor/index.ts";
import { withInstallation } from "./doctor/installation.ts";
import { OptionError, readOptions } from "./options.ts";

const USAGE = `npm run doctor -- [--json] [--skip <name>,…] and the flags of npm start
  names: ${INSPECTIONS.map(({ name }) => name).join(", ")}
  Leaves 0 when nothing is wrong, 1 when something is, 2 when it could not look.`;
const ROOT = resolve(import.meta.dirname, "..");

/** Takes what is the doctor's own out of the words; the rest are those of the start. */
function read(args: readonly string[]) {
  const rest: string[] = [];
  let json = false;
  let skip: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at]!;
    if (word === "--json") json = true;
    else if (word === "--skip") skip = (args[(at += 1)] ?? "").split(",");
    else rest.push(word);
  }
  const unknown = skip.filter((name) => INSPECTIONS.every((inspection) => inspection.name !== name));
  if (unknown.length > 0)
    throw new OptionError(`--skip: there is no inspection "${unknown.join(", ")}".\nUsage: ${USAGE}`);
  return { json, skip, rest };
}

/** `npm run doctor`: looks at an installation and says what is wrong and how to mend it; changes nothing. */
try {
  const { json, skip, rest } = read(process.argv.slice(2));
  const options = readOptions(rest, process.env, ROOT);
  const inspections = INSPECTIONS.filter(({ name }) => !skip.includes(name));
  const examined = await withInstallation(options, process.env, (installation) => examine(installation, inspections));
  const sound = isSound(examined);
  process.stdout.write(json ? `${JSON.stringify({ sound, examined }, null, 2)}\n` : examinedText(examined));
  process.exitCode = sound ? 0 : 1;
} catch (error) {
  const told = error instanceof OptionError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${told}\n`);
  process.exitCode = 2;
}
