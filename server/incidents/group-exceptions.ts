import { byWeight, weightiest } from "./by-weight.ts";
import type { ExceptionGroup, OpenException } from "./open-exception.ts";
import type { Upstream } from "./upstream.ts";

type Brings = "delivery" | "figures";

/** What may explain something else, by where it was found. */
interface Places {
  /** What keeps a system from being relied on. */
  unusable(system: string | null): OpenException | null;
  at(brings: Brings, dataset: string, of: OpenException): OpenException | null;
  /** What keeps the batch itself from a dataset. */
  ofBatch(dataset: string, correlationId: string): OpenException | null;
}

/**
 * Groups what is wrong by root cause: each exception stands with the one that brought it about, through the system it
 * needs, the datasets before it or the batch it is part of; what nothing else explains is a cause, and causes alike are
 * one. The same exceptions make the same groups in whatever order they are given. Costs what there is, times the depth of
 * the lineage.
 *
 * @param systemOf the system a dataset stands in
 */
export function groupExceptions(
  exceptions: readonly OpenException[],
  upstream: Upstream,
  systemOf: (dataset: string) => string | null,
): ExceptionGroup[] {
  const places = placesOf(exceptions);
  const origins = new Map<OpenException, OpenException>();
  const originOf = (exception: OpenException): OpenException => {
    const known = origins.get(exception);
    if (known) return known;
    const before = broughtAboutBy(exception, places, upstream, systemOf);
    const origin = before ? originOf(before) : exception;
    origins.set(exception, origin);
    return origin;
  };
  const groups = new Map<string, ExceptionGroup>();
  for (const exception of exceptions) {
    const origin = originOf(exception);
    const { causeKey } = origin;
    let group = groups.get(causeKey);
    if (!group) groups.set(causeKey, (group = { causeKey, causes: [], impacts: [] }));
    (origin === exception ? group.causes : group.impacts).push(exception);
  }
  for (const { causes, impacts } of groups.values()) {
    causes.sort(byWeight);
    impacts.sort(byWeight);
  }
  return [...groups.values()].sort((a, b) => byWeight(a.causes[0]!, b.causes[0]!));
}

/** The nearest exception that explains this one; null where it is a cause of its own. */
function broughtAboutBy(
  exception: OpenException,
  places: Places,
  upstream: Upstream,
  systemOf: (dataset: string) => string | null,
): OpenException | null {
  const { suffers, system, dataset, correlationId, echo } = exception;
  if (exception.brings === "system" || suffers === null) return null;
  const needed = suffers === "figures" ? null : places.unusable(system);
  if (needed || dataset === null) return needed;
  const here = echo ? (places.at("figures", dataset, exception) ?? places.at("delivery", dataset, exception)) : null;
  if (here) return here;
  for (const before of upstream.before(dataset)) {
    const found =
      suffers !== "run"
        ? places.at(suffers, before, exception)
        : correlationId === null
          ? null
          : places.ofBatch(before, correlationId);
    if (found) return found;
    const unusable = suffers === "delivery" ? places.unusable(systemOf(before)) : null;
    if (unusable) return unusable;
  }
  return null;
}

/** Of several that would explain the same the weightiest is kept, so that order of arrival decides nothing. */
function placesOf(exceptions: readonly OpenException[]): Places {
  const systems = new Map<string, OpenException>();
  const byPlace = new Map<string, OpenException>();
  const byBatch = new Map<string, OpenException>();
  for (const exception of exceptions) {
    const { brings, system, dataset, entity, period, correlationId, echo } = exception;
    if (brings === null || echo) continue;
    if (brings === "system") {
      if (system !== null) keep(systems, system, exception);
      continue;
    }
    if (dataset === null) continue;
    keep(byPlace, placeKey(brings, dataset, entity, period), exception);
    if (brings === "delivery" && correlationId !== null) keep(byBatch, `${dataset}\n${correlationId}`, exception);
  }
  return {
    unusable: (system) => (system === null ? null : (systems.get(system) ?? null)),
    ofBatch: (dataset, correlationId) => byBatch.get(`${dataset}\n${correlationId}`) ?? null,
    at(brings, dataset, { entity, period }) {
      const own = byPlace.get(placeKey(brings, dataset, entity, period));
      const shared = entity === null ? undefined : byPlace.get(placeKey(brings, dataset, null, period));
      return own && shared ? weightiest(own, shared) : (own ?? shared ?? null);
    },
  };
}

function keep(map: Map<string, OpenException>, key: string, exception: OpenException): void {
  const known = map.get(key);
  map.set(key, known ? weightiest(known, exception) : exception);
}

function placeKey(brings: Brings, dataset: string, entity: string | null, period: string | null): string {
  return `${brings}\n${dataset}\n${entity ?? ""}\n${period ?? ""}`;
}
