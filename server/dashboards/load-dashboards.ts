import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Dashboard, MEASURES, type Dimension, type Panel } from "../../schemas/dashboard.ts";
import { complaint } from "../estate/complaint.ts";
import { readEstateText, type EstateText } from "../estate/estate-text.ts";

/** Dashboards that cannot be shown: every problem found, one a line, as `file:line: what was wrong; expected …`. */
export class DashboardError extends Error {
  constructor(problems: readonly string[]) {
    super(`The dashboards cannot be read:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "DashboardError";
  }
}

/**
 * Reads every YAML file of a folder as one dashboard, in the order of the files' names.
 * @throws {DashboardError} naming every problem with file, line and what was expected
 */
export function loadDashboards(directory: string): Dashboard[] {
  if (!existsSync(directory)) throw new DashboardError([`${directory}: there is no such folder; expected YAML files`]);
  const problems: string[] = [];
  const dashboards = new Map<string, Dashboard>();
  for (const name of readdirSync(directory).toSorted()) {
    if (!/\.ya?ml$/.test(name)) continue;
    const text = readEstateText(name, readFileSync(join(directory, name), "utf8"));
    const dashboard = parse(text, problems);
    if (!dashboard) continue;
    if (dashboards.has(dashboard.id)) {
      problems.push(`${name}:${text.lineOf(["id"])}: a second dashboard “${dashboard.id}”; expected an id of its own`);
    }
    dashboards.set(dashboard.id, dashboard);
  }
  if (problems.length > 0) throw new DashboardError(problems);
  return [...dashboards.values()];
}

function parse(text: EstateText, problems: string[]): Dashboard | null {
  for (const { line, message } of text.refusals) {
    problems.push(`${text.name}:${line}: ${message}; expected readable YAML`);
  }
  if (text.refusals.length > 0) return null;
  const parsed = Dashboard.safeParse(text.value, { reportInput: true });
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => complaint(text, issue, "the grammar of dashboards")));
    return null;
  }
  for (const [index, panel] of parsed.data.panels.entries()) {
    const wrong = unsplittable(panel);
    if (!wrong) continue;
    const { key, dimension } = wrong;
    const { dimensions } = MEASURES[panel.measure];
    problems.push(
      `${text.name}:${text.lineOf(["panels", index, key])}: ${panel.measure} cannot be shown by ${dimension}; ` +
        `expected ${dimensions.join(", ")}`,
    );
  }
  return parsed.data;
}

/** The dimension a panel asks for and its measure does not have. */
function unsplittable(panel: Panel): { key: "by" | "over"; dimension: Dimension } | null {
  if (panel.show === "figure") return null;
  const key = panel.show === "bars" ? "by" : "over";
  const dimension = panel.show === "bars" ? panel.by : panel.over;
  return MEASURES[panel.measure].dimensions.includes(dimension) ? null : { key, dimension };
}
