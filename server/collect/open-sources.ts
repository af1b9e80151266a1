import type { Logger } from "pino";
import type { Collector } from "../../collectors/collector.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { Clock } from "../context.ts";
import type { Metrics } from "../metrics.ts";
import type { Source } from "./collect.ts";
import { createHealth } from "./health.ts";

export interface Opening {
  systems: readonly System[];
  collectors: readonly Collector[];
  /** Connection values handed in (by the sandbox); what is missing is read from the environment. */
  connections: Record<string, Record<string, string>>;
  environment: Record<string, string | undefined>;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

/**
 * Opens the collector of every system the estate declares. Settings that do not fit the collector's grammar, an unknown
 * collector and secrets that are not in the environment stop the start, all of them named at once.
 */
export function openSources(opening: Opening): Source[] {
  const problems: string[] = [];
  const sources: Source[] = [];
  for (const system of opening.systems) {
    const source = openSource(system, opening, problems);
    if (source) sources.push(source);
  }
  if (problems.length > 0) throw new SourceError(problems);
  return sources;
}

/** Systems of the estate cannot be reached as declared. */
export class SourceError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The estate's systems cannot be opened:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "SourceError";
    this.problems = problems;
  }
}

function openSource(system: System, opening: Opening, problems: string[]): Source | null {
  const collector = opening.collectors.find((candidate) => candidate.id === system.collector);
  if (!collector) {
    const known = opening.collectors.map((candidate) => candidate.id).join(", ");
    problems.push(`system ${system.id}: there is no collector "${system.collector}"; known are ${known}`);
    return null;
  }
  const settings = collector.settings.safeParse(system.settings);
  if (!settings.success) {
    for (const issue of settings.error.issues) {
      problems.push(`system ${system.id}: settings.${issue.path.join(".")}: ${issue.message}`);
    }
    return null;
  }
  const connection = connectionOf(system, collector, opening, problems);
  if (!connection) return null;
  const health = createHealth(system, collector, opening.clock, opening.metrics);
  const connected = collector.open(
    { id: system.id, namespace: system.namespace, settings: settings.data, connection },
    {
      clock: opening.clock,
      fetch: globalThis.fetch,
      log: opening.log.child({ system: system.id }),
      counted: health.counted,
      noticed: health.noticed,
    },
  );
  return { system, collector, connected, health };
}

function connectionOf(
  system: System,
  collector: Collector,
  opening: Opening,
  problems: string[],
): Record<string, string> | null {
  const handed = opening.connections[system.id] ?? {};
  const connection: Record<string, string> = {};
  const before = problems.length;
  for (const [key, what] of Object.entries(collector.connection)) {
    const variable = system.connection[key];
    const value = handed[key] ?? (variable ? opening.environment[variable] : undefined);
    if (value) connection[key] = value;
    else if (variable) problems.push(`system ${system.id}: set ${variable} in the environment: ${what}`);
    else problems.push(`system ${system.id}: connection.${key} must name the environment variable with ${what}`);
  }
  for (const [key, what] of Object.entries(collector.optional ?? {})) {
    const variable = system.connection[key];
    const value = handed[key] ?? (variable ? opening.environment[variable] : undefined);
    if (value) connection[key] = value;
    else if (variable) problems.push(`system ${system.id}: set ${variable} in the environment: ${what}`);
  }
  return problems.length === before ? connection : null;
}
