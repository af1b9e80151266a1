import { afterEach, expect, test } from "vitest";
import { serveSandbox, simRun, tinyWorld } from "../../test/collectors/tiny-world.ts";
import { isRun, readOn } from "../../test/collectors/stage.ts";
import { sapEcc } from "./index.ts";
import { sapEccSandbox } from "./sandbox.ts";
import { Settings } from "./settings.ts";

/** The night the clocks go back in Berlin: 02:00 to 03:00 comes twice. */
const EVENING = "2026-10-24T23:30:00.000Z";
const MINUTE = 60_000;

let close = async () => {};
afterEach(() => close());

test("IDocs are followed from their creation to the receiver, through the hour that comes twice", async () => {
  const tiny = tinyWorld(EVENING, []);
  const at = (minutes: number) => Date.parse(EVENING) + minutes * MINUTE;
  const idoc = { system: "ecc", job: "FIDCC2 EPM_PRD DE01", outcome: "complete" as const };
  tiny.runs.push(
    simRun({ ...idoc, key: "0000000004711234", queuedAt: at(5), startedAt: at(10), endedAt: at(40) }),
    // Created at 02:20, the second time.
    simRun({ ...idoc, key: "0000000004711235", queuedAt: at(110), startedAt: at(111), endedAt: at(115) }),
  );
  const settings = {
    ...{ client: "100", timeZone: "Europe/Berlin", reads: { jobs: false } },
    jobs: [{ name: "FIDCC2 EPM_PRD {entity}", dataset: "FIDCC2" }],
  };
  const served = await serveSandbox(sapEccSandbox, tiny, { id: "ecc", settings });
  close = served.close;
  const system = {
    id: "ecc",
    namespace: "ecc://acme",
    settings: Settings.parse(settings),
    connection: served.connection,
  };
  const connected = sapEcc.open(system, served.tools);
  let cursor: unknown = null;
  // What is listed once more in that night is told alike, and so changes nothing.
  const told = new Map<string, string>();
  for (const minutes of [6, 20, 80, 118, 200]) {
    tiny.clock.now = at(minutes);
    const read = await readOn(connected, cursor);
    cursor = read.cursor;
    for (const event of read.events.filter(isRun)) {
      const text = JSON.stringify(event);
      if (!told.has(text)) told.set(text, `${minutes} ${event.eventType} ${event.job.name}`);
    }
  }
  expect([...told.values()]).toEqual([
    "6 START FIDCC2 EPM_PRD DE01",
    "20 RUNNING FIDCC2 EPM_PRD DE01",
    "80 COMPLETE FIDCC2 EPM_PRD DE01",
    "118 START FIDCC2 EPM_PRD DE01",
    "118 COMPLETE FIDCC2 EPM_PRD DE01",
  ]);
});
