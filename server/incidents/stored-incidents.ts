import type { Asking } from "../store/postgres.ts";
import { incidentRowById, openIncidentRows, type StoredIncident } from "../store/postgres/incidents.ts";

/** An incident whole, for those who act on it or tell others of it; null where there is none. */
export async function incidentById(store: Asking, id: string): Promise<StoredIncident | null> {
  const [incident] = await store.ask(incidentRowById, { id });
  return incident ?? null;
}

/** Every incident that is not resolved, worst first. */
export function openIncidents(store: Asking): Promise<StoredIncident[]> {
  return store.ask(openIncidentRows, {});
}
