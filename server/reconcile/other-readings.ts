import { RateKind } from "../../schemas/estate/rate-set.ts";
import { endOf } from "./legs.ts";
import { cellsOf, type Cell, type Cells } from "./cells.ts";
import { exactText, magnitude, readable } from "./exact.ts";
import { masterVersion } from "./rule-version.ts";
import { evidence, targetOf, type Scene, type Suggestion } from "./scene.ts";
import { defaultsAt, rounding, sidesOf, type Sides } from "./sides.ts";
import { kindFor, rateOf } from "./transform.ts";

/** What the source would have come to under something other than what is declared. */
interface Reading {
  cells: Cells;
  suggestion: Suggestion;
}

/** Whether the target is what another rate would make of the source. */
export function otherRates(scene: Scene): Suggestion | null {
  if (!scene.sides.stages.some(({ kind }) => kind === "translate")) return null;
  return fitting(scene, rateReadings);
}

/** Whether the target is what a mapping came to before it was changed in retrospect. */
export function otherMappings(scene: Scene): Suggestion | null {
  if (!scene.sides.stages.some(({ kind }) => kind === "map")) return null;
  return fitting(scene, mappingReadings);
}

/** Whether the target holds what the source has in another version. */
export function otherVersions(scene: Scene): Suggestion | null {
  return scene.sides.stages.length > 0 ? null : fitting(scene, versionReadings);
}

type Readings = (scene: Scene) => Reading[];

/** Every cell of a hop is held against the same readings, so they are made once for each comparison. */
const made = new WeakMap<Sides, Map<Readings, Reading[]>>();

function fitting(scene: Scene, readings: Readings): Suggestion | null {
  const known = made.get(scene.sides) ?? new Map<Readings, Reading[]>();
  made.set(scene.sides, known);
  let list = known.get(readings);
  if (!list) known.set(readings, (list = readable(() => readings(scene)) ?? []));
  return list.find(({ cells }) => fits(cells.get(scene.cell.key), scene))?.suggestion ?? null;
}

/** The same in every measure that is off, but for what rounding each row may make. */
function fits(other: Cell | undefined, { cell }: Scene): boolean {
  if (!other) return false;
  return cell.measures.every((measure) => {
    const [is, would] = [cell.to[measure], other.amounts[measure]];
    if (is === undefined || would === undefined) return false;
    return magnitude(is - would) <= (measure === "count" ? 0n : rounding(other));
  });
}

function rateReadings({ input, judged, at }: Scene): Reading[] {
  const { judging } = judged;
  const { rule, terms } = judging;
  return rule.translations.flatMap((translation, of) => {
    if (translation.leg !== rule.legs[at]) return [];
    const readings: Reading[] = [];
    for (const set of input.index.rateSets) {
      for (const period of new Set(set.rates.map((rate) => rate.period))) {
        for (const rate of RateKind.options) {
          const other = { ...translation, rateSet: set.id, rate, except: [] };
          const translations = rule.translations.with(of, other);
          const ground = { ...judging, rule: { ...rule, translations }, terms: { ...terms, period } };
          const sides = readable(() => sidesOf(ground, at - 1, at));
          if (!sides || (sides.way?.done.missingRates.length ?? 1) > 0) continue;
          const declared = terms.rateSet(translation.rateSet);
          const currencies = [...new Set(sides.way!.before.map(({ currency }) => currency))];
          readings.push({
            cells: sides.source,
            suggestion: {
              cause: "rate",
              text: `Translated at the ${rate} rate of ${period} in ${set.title}.`,
              evidence: currencies.flatMap((from) => {
                const used = rateOf(set, from, sides.currency, period, rate);
                const asked = rateOf(declared, from, sides.currency, terms.period, kindFor(translation, ""));
                return [
                  ...(used ? [evidence(`${from} → ${sides.currency} used`, exactText(used))] : []),
                  ...(asked ? [evidence(`${from} → ${sides.currency} declared`, exactText(asked))] : []),
                ];
              }),
            },
          });
        }
      }
    }
    return readings;
  });
}

function mappingReadings(scene: Scene): Reading[] {
  const { judged, at } = scene;
  const { judging } = judged;
  const { run } = targetOf(scene);
  const loadedOn = (run ? endOf(run) : (targetOf(scene).watermark?.eventAt ?? "")).slice(0, 10);
  const used = judging.rule.mappings.map((id) => judging.terms.mapping(id));
  const changes = used.flatMap((mapping) =>
    mapping.members.flatMap(({ recordedOn, from, to }) =>
      recordedOn && recordedOn > loadedOn && recordedOn <= judging.terms.knownOn
        ? [{ mapping, recordedOn, from, to }]
        : [],
    ),
  );
  if (loadedOn === "" || changes.length === 0) return [];
  const ground = { ...judging, terms: { ...judging.terms, knownOn: loadedOn } };
  return [
    {
      cells: sidesOf(ground, at - 1, at).source,
      suggestion: {
        cause: "version",
        text: `Loaded before a mapping was changed in retrospect on ${changes[0]!.recordedOn}. Load it again.`,
        evidence: changes
          .slice(0, 5)
          .map(({ mapping, from, to }) =>
            evidence(`${mapping.id} ${masterVersion(mapping).slice(0, 8)}`, `${from} → ${to}`),
          ),
      },
    },
  ];
}

function versionReadings({ input, judged, at }: Scene): Reading[] {
  const { judging } = judged;
  const { facts, index, entity, period, flow, reconciliation } = input;
  const source = judging.legs[at - 1]!;
  const versions = new Set([flow.version, "actual", ...Object.values(reconciliation.versions)]);
  versions.delete(source.version);
  return [...versions].flatMap((version): Reading[] => {
    const totals = facts.totals(index.name(source.dataset.id), entity.id, period, version);
    if (totals.length === 0) return [];
    const { grain } = sidesOf(judging, at - 1, at);
    return [
      {
        cells: cellsOf({ totals, sign: source.sign }, grain, defaultsAt(judging, at - 1)),
        suggestion: {
          cause: "version",
          text: `These are the figures of version “${version}”, not “${source.version}”.`,
          evidence: [evidence(source.dataset.title, `version ${version}`, totals[0]!.runId || null)],
        },
      },
    ];
  });
}
