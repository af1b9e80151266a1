import { listed, numberWord } from "./money.ts";

/** What the lineage holds and what is wrong in it: titles of datasets that first differ, and of those that are late. */
export interface LineageTally {
  datasets: number;
  jobs: number;
  systems: number;
  off: string[];
  /** Whose amounts differ. */
  offEntities: string[];
  late: string[];
}

const FEW = 2;

/** The sentence the lineage opens with: what is wrong, by name while it is little; else how much there is. */
export function lineageSentence({ off, offEntities, late, ...counts }: LineageTally, focus: string | null): string {
  const wrong = [
    off.length > 0 && `${named(off)} ${off.length === 1 ? "does" : "do"} not tie${whose(offEntities)}`,
    late.length > 0 && `${named(late)} ${late.length === 1 ? "is" : "are"} late`,
  ].filter((part) => part !== false);
  if (wrong.length > 0) return capital(`${wrong.join(", and ")}${focus ? `, around ${focus}` : ""}.`);
  const { datasets, jobs, systems } = counts;
  if (focus) return `${focus} stands among ${many(datasets, "dataset")} of ${many(systems, "system")}.`;
  return capital(`${many(datasets, "dataset")} and ${many(jobs, "job")} of ${many(systems, "system")}.`);
}

function named(titles: readonly string[]): string {
  return titles.length <= FEW ? listed(titles) : many(titles.length, "dataset");
}

function whose(entities: readonly string[]): string {
  if (entities.length === 0) return "";
  return ` for ${entities.length <= FEW ? listed(entities) : many(entities.length, "entity", "entities")}`;
}

function many(count: number, one: string, more = `${one}s`): string {
  return `${numberWord(count).toLowerCase()} ${count === 1 ? one : more}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
