import type { DatasetEvent, RunEvent } from "../../schemas/event/open-lineage.ts";

/** What a collector yields. */
export type CollectedEvent = RunEvent | DatasetEvent;
