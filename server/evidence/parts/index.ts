import type { EvidencePart } from "../part.ts";
import { access, auditLog, estateVersions, holds } from "./control.ts";
import {
  alerts,
  breakFiles,
  breaks,
  breakSteps,
  incidentChanges,
  incidents,
  requests,
  signoffs,
  waivers,
} from "./decisions.ts";
import { checks, controlTotals, events, lineage, lineExtracts, runs } from "./figures.ts";

/** Every part of a pack, in the order the cover lists them. */
export const EVIDENCE_PARTS: readonly EvidencePart[] = [
  ...[controlTotals, checks, breaks, breakSteps, breakFiles, runs, events, lineage, lineExtracts],
  ...[signoffs, waivers, requests, incidents, incidentChanges, alerts],
  ...[estateVersions, access, holds, auditLog],
];
