import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";

/** What a pack is about; what is null is not narrowed. */
export const EvidenceScope = z.object({
  period: PeriodKey.nullable(),
  /** Null: every entity. */
  entities: z.array(z.string()).nullable(),
  flow: z.string().nullable(),
  /** One figure: the dataset or report's dataset it stands in, and its account. */
  dataset: z.string().nullable(),
  account: z.string().nullable(),
  /** Only what was known by then. */
  asOf: Instant,
});
export type EvidenceScope = z.infer<typeof EvidenceScope>;

/** What a pack would hold, by part. */
export const EvidencePreview = z.object({
  title: z.string(),
  scope: EvidenceScope,
  parts: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      about: z.string(),
      rows: z.int(),
      /** Why it is left out; null where it is in. */
      leftOut: z.string().nullable(),
    }),
  ),
});
export type EvidencePreview = z.infer<typeof EvidencePreview>;

/** A pack as asked for, and how far it is. */
export const EvidencePack = z.object({
  id: z.string(),
  title: z.string(),
  scope: EvidenceScope,
  reason: z.string(),
  requestedBy: z.string(),
  requestedAt: Instant,
  state: z.enum(["waiting", "building", "ready", "failed"]),
  /** What is being done now, in words; why not, where it failed. */
  step: z.string(),
  rowsDone: z.int(),
  rowsExpected: z.int(),
  builtAt: Instant.nullable(),
  bytes: z.int().nullable(),
  sha256: z.string().nullable(),
  /** The entry of the audit log that seals it. */
  sealedBy: z.int().nullable(),
  downloads: z.int(),
});
export type EvidencePack = z.infer<typeof EvidencePack>;
export const EvidencePacks = z.object({ packs: z.array(EvidencePack), next: z.string().nullable() });

const FileSum = z.object({ path: z.string(), bytes: z.int(), sha256: z.string() });

/** `manifest.json` of a pack: its SHA-256 is what the audit log holds. */
export const EvidenceManifest = z.object({
  format: z.literal("tieout-evidence/1"),
  pack: z.string(),
  title: z.string(),
  generator: z.object({ name: z.literal("Tieout"), version: z.string() }),
  estate: z.object({ name: z.string(), title: z.string(), currency: z.string(), zone: z.string() }),
  scope: EvidenceScope,
  asOf: Instant,
  /** Instants in the pack are in this zone. */
  zone: z.literal("UTC"),
  requestedBy: z.object({ kind: z.string(), id: z.string(), name: z.string(), role: z.string().nullable() }),
  requestedAt: Instant,
  reason: z.string(),
  versions: z.object({
    /** Of the files beside it: what was in force at the pack's date. */
    estate: z.string().nullable(),
    /** As declared when the pack was built; what each check applied stands with the check. */
    rules: z.array(z.object({ id: z.string(), version: z.string() })),
    mappings: z.array(z.object({ id: z.string(), version: z.string() })),
  }),
  parts: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      about: z.string(),
      rows: z.int(),
      /** The file whose lines are the rows. */
      ndjson: z.string().nullable(),
      sums: z
        .object({
          column: z.string(),
          by: z.array(z.string()),
          totals: z.array(z.object({ key: z.array(z.string()), sum: z.string() })),
        })
        .nullable(),
      leftOut: z.string().nullable(),
    }),
  ),
  files: z.array(FileSum),
});
export type EvidenceManifest = z.infer<typeof EvidenceManifest>;
