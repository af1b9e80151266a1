import { isObject } from "../../schemas/event/read-facets.ts";
import type { MarquezDataset, MarquezJob } from "./shapes.ts";

/** An event as it came, as an object; null where there is none. */
export function eventOf(raw: string | undefined): Record<string, unknown> | null {
  const event: unknown = raw === undefined ? null : JSON.parse(raw.replace(/^\uFEFF/, ""));
  return isObject(event) ? event : null;
}

/** What an event tells of its job. */
export function jobFacets(
  event: Record<string, unknown> | null,
): Partial<Pick<MarquezJob, "facets" | "description" | "type" | "location">> {
  const facets = isObject(event?.job) && isObject(event.job.facets) ? event.job.facets : {};
  const text = (holder: unknown, key: string) =>
    isObject(holder) && typeof holder[key] === "string" ? holder[key] : null;
  const type = text(facets.jobType, "processingType");
  return {
    facets,
    type: type === "STREAMING" ? "STREAM" : type === "SERVICE" ? "SERVICE" : "BATCH",
    location: text(facets.sourceCodeLocation, "url"),
    description: text(facets.documentation, "description"),
  };
}

/** What an event tells of one of its datasets. */
export function datasetFacets(
  event: Record<string, unknown> | null,
  { namespace, name }: { namespace: string; name: string },
): Partial<Pick<MarquezDataset, "facets" | "fields" | "lastLifecycleState">> {
  const listed = [event?.outputs, event?.inputs].flatMap((each) => (Array.isArray(each) ? (each as unknown[]) : []));
  const own = listed.find((each) => isObject(each) && each.namespace === namespace && each.name === name);
  const facets = isObject(own) && isObject(own.facets) ? own.facets : {};
  const { fields } = isObject(facets.schema) ? facets.schema : {};
  const { lifecycleStateChange } = isObject(facets.lifecycleStateChange) ? facets.lifecycleStateChange : {};
  const told = (Array.isArray(fields) ? (fields as unknown[]) : []).flatMap((field) => {
    if (!isObject(field) || typeof field.name !== "string") return [];
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    return [{ name: field.name, type: text(field.type), tags: [], description: text(field.description) }];
  });
  return {
    facets,
    fields: told,
    ...(typeof lifecycleStateChange === "string" ? { lastLifecycleState: lifecycleStateChange } : {}),
  };
}
