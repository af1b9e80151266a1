import { createHash } from "node:crypto";
import type { SimRun } from "../collectors/sandbox.ts";
import type { Estate } from "../schemas/estate/estate.ts";
import type { Scenario } from "./scenario.ts";
import type { PlayedWorld } from "./world/create-world.ts";
import type { WorkDays } from "./world/work-days.ts";

/** A file a system's job writes when it ends: the lines behind the totals it reports. */
export interface LineFile {
  system: string;
  /** The vendor's key of the run that wrote it. */
  run: string;
  /** Writes it, the same bytes each time, and says what it is as the parameters of the door for lines but for the run. */
  write(): { said: Record<string, string>; text: string };
}

/** What a file calls its columns. */
interface Columns {
  company: string;
  document: string;
  line: string;
  account: string;
  costCentre: string;
  posted: string;
  amount: string;
  currency: string;
}

/** As the universal journal names its fields, and as a planning model exports its lists. */
const LEDGER: Columns = {
  ...{ company: "RBUKRS", document: "BELNR", line: "DOCLN", account: "RACCT", costCentre: "RCNTR" },
  ...{ posted: "BUDAT", amount: "HSL", currency: "RHCUR" },
};
const MODEL: Columns = {
  ...{ company: "Entity", document: "Document", line: "Line", account: "Account", costCentre: "Cost centre" },
  ...{ posted: "Posting date", amount: "Amount", currency: "Currency" },
};

/** What a posting's local date is looked up by: no zone's day begins between two quarters of an hour. */
const QUARTER = 900_000;

interface Writing {
  estate: Estate;
  scenario: Scenario;
  world: PlayedWorld;
  days: WorkDays;
}

/** The files of the latest loads that have ended, one for each entity and dataset the scenario has hand lines in. */
export function lineFiles(writing: Writing): LineFile[] {
  const { estate, scenario, world } = writing;
  return Object.entries(scenario.lines).flatMap(([entity, datasets]) =>
    datasets.flatMap((id) => {
      const dataset = estate.datasets.find((each) => each.id === id)!;
      const job = world.jobs(dataset.system).find((each) => each.dataset === id && each.entity === entity);
      const run = world
        .runs(dataset.system)
        .findLast((each) => each.job === job?.job && each.endedAt <= world.now() && world.delivered(each) !== null);
      return run
        ? [fileOf(writing, run, { entity, dataset: id, columns: dataset.kind === "plan" ? MODEL : LEDGER })]
        : [];
    }),
  );
}

interface Of {
  entity: string;
  dataset: string;
  columns: Columns;
}

function fileOf(writing: Writing, run: SimRun, { entity, dataset, columns }: Of): LineFile {
  const { company, document, line, account, costCentre, posted, amount, currency } = columns;
  const said = {
    ...{ dataset, entity, period: run.period, asOf: new Date(run.snapshotAsOf!).toISOString(), format: "csv" },
    key: `company=${company},document=${document},line=${line}`,
    dimensions: `account=${account},cost_centre=${costCentre},posted=${posted}`,
    ...{ amount, currency, rowCount: String(run.rowsWritten) },
  };
  return {
    ...{ system: run.system, run: run.key },
    write() {
      const text = textOf(writing, run, entity, columns);
      return { said: { ...said, sha256: createHash("sha256").update(text).digest("hex") }, text };
    },
  };
}

function textOf({ estate, world, days }: Writing, run: SimRun, entity: string, columns: Columns): string {
  const { currency } = estate.entities.find(({ id }) => id === entity)!;
  const dates = new Map<number, string>();
  const dateOf = (at: number) => {
    const quarter = Math.floor(at / QUARTER);
    const known = dates.get(quarter) ?? days.dateAt(entity, at);
    dates.set(quarter, known);
    return known;
  };
  const rows = world
    .lines(run)
    .map(({ at, document, line, account, costCentre, amount }) =>
      [entity, document, line, account, costCentre, dateOf(at), amount, currency].join(","),
    );
  const { company, document, line, account, costCentre, posted, amount } = columns;
  const head = [company, document, line, account, costCentre, posted, amount, columns.currency];
  return `${[head.join(","), ...rows].join("\n")}\n`;
}
