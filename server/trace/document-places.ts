import type { DocumentPlace, Sure } from "../../schemas/wire/trace.ts";

/** What is known of a document at one dataset of a flow, for one entity and period. */
export interface PlaceKnown {
  dataset: string;
  title: string;
  systemTitle: string;
  kind: DocumentPlace["kind"];
  entity: string;
  period: string;
  /** The run whose lines are handed in; null where there are none. */
  handedIn: { runId: string; asOf: string } | null;
  /** Whether those lines hold the document. */
  holds: boolean;
  /** The report in force. */
  inForce: { runId: string; at: string; correlationId: string | null } | null;
  /** Runs that said they could not load the document. */
  refusedBy: ReadonlySet<string>;
}

type Verdict = Pick<DocumentPlace, "state" | "sure" | "text">;

/**
 * Where a document stands along a flow, from its source on. Lines say it outright; a run in force that refused it does too;
 * elsewhere it follows the figures: what the hop before has and handed on is implied, what it lacks cannot have arrived.
 */
export function documentPlaces(known: readonly PlaceKnown[]): DocumentPlace[] {
  const places: DocumentPlace[] = [];
  for (const [at, place] of known.entries()) {
    const before = places[at - 1];
    const forward = followed(place, known[at - 1], before);
    const back = fromLater(known.slice(at + 1));
    const inferred = forward && (forward.sure !== "possible" || back.sure === "possible") ? forward : back;
    const verdict = ownVerdict(place) ?? inferred;
    places.push({
      ...{ dataset: place.dataset, title: place.title, systemTitle: place.systemTitle, kind: place.kind },
      ...{ entity: place.entity, period: place.period },
      runId: (place.holds ? place.handedIn?.runId : place.inForce?.runId) || null,
      correlationId: place.inForce?.correlationId ?? null,
      at: (place.holds ? place.handedIn?.asOf : place.inForce?.at) ?? null,
      ...verdict,
    });
  }
  return places;
}

/** What the dataset itself says. */
function ownVerdict({ handedIn, holds, inForce, refusedBy, systemTitle }: PlaceKnown): Verdict | null {
  if (inForce && refusedBy.has(inForce.runId)) {
    return { state: "refused", sure: "certain", text: `${systemTitle} said it could not load it.` };
  }
  if (!handedIn) return null;
  const isInForce = inForce === null || inForce.runId === handedIn.runId || inForce.runId === "";
  const sure: Sure = isInForce ? "certain" : "likely";
  const when = isInForce ? "" : ", which are of an earlier run than the one in force";
  return holds
    ? { state: "present", sure, text: `Its lines hold it${when}.` }
    : { state: "absent", sure, text: `Its lines were handed in and do not hold it${when}.` };
}

function followed(place: PlaceKnown, prior: PlaceKnown | undefined, before: DocumentPlace | undefined): Verdict | null {
  if (!before || !prior) return null;
  if (place.inForce === null) return { state: "unknown", sure: "possible", text: "It has reported nothing yet." };
  if (before.state === "refused" || before.state === "absent") {
    return { state: "absent", sure: "likely", text: `${before.systemTitle}, which feeds it, does not have it.` };
  }
  if (before.state === "unknown") return null;
  const id = place.inForce.correlationId;
  if (id !== null && id === before.correlationId) {
    return { state: "implied", sure: "likely", text: `It holds ${id}, which ${before.systemTitle} handed on with it.` };
  }
  const since = before.at === null || place.inForce.at >= before.at;
  return since
    ? { state: "implied", sure: "possible", text: `It was loaded after ${before.systemTitle} had it.` }
    : { state: "unknown", sure: "possible", text: `It was last loaded before ${before.systemTitle} had it.` };
}

/** What came before a place that holds or refused it must have held it. */
function fromLater(later: readonly PlaceKnown[]): Verdict {
  const next = later.find(({ holds, refusedBy }) => holds || refusedBy.size > 0);
  return next
    ? { state: "implied", sure: "likely", text: `${next.systemTitle} was given it from here.` }
    : { state: "unknown", sure: "possible", text: "Nothing says whether it holds it." };
}

const WEIGHT: Record<DocumentPlace["state"], number> = { present: 4, implied: 3, refused: 2, absent: 1, unknown: 0 };

/** The place that says most of a report: where it holds the document, else where it lacks it, else unknown. */
export function mostTelling(places: readonly DocumentPlace[]): DocumentPlace | undefined {
  return places.toSorted((one, other) => WEIGHT[other.state] - WEIGHT[one.state])[0];
}
