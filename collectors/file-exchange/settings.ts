import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";

/** Where a file's name tells something: `{entity}`, `{period}` as 2026-07 or 202607, `{any}` for the rest. */
const FileName = z.string().regex(/^[^/]+$/, "expected a file name without a folder");

/** What arrives under one name pattern. Its deliveries are runs of the job `name`. */
const Feed = z.strictObject({
  ...DeclaredJob.shape,
  ...books,
  file: FileName,
  /**
   * When a delivery is ready: `control` with the file that accompanies it, `{file}` being the data file's name; `rename`
   * when it has its final name; `stable` when it was the same size for so many minutes.
   */
  ready: z
    .discriminatedUnion("by", [
      z.strictObject({ by: z.literal("control"), file: z.string().includes("{file}").default("{file}.ctl") }),
      z.strictObject({ by: z.literal("rename") }),
      z.strictObject({ by: z.literal("stable"), minutes: z.number().positive().default(5) }),
    ])
    .prefault({ by: "control" }),
  /** Lines that are no rows: a heading, a trailer. */
  notRows: z.int().min(0).default(1),
});
export type Feed = z.infer<typeof Feed>;

/** The grammar of `settings` for a system read by `file-exchange`. */
export const Settings = z.strictObject({
  /** Folders below the address; the archive too, where files are fetched away before they can be read. */
  folders: z.array(z.string().startsWith("/")).min(1).default(["/"]),
  feeds: z.array(Feed).min(1),
  /** What a name ends with while the file is still written. */
  unfinished: z.array(z.string().startsWith(".")).default([".filepart", ".tmp", ".part"]),
  /** Beside a data file: that it was rejected, with the reason inside; that it was withdrawn. */
  rejected: z.string().startsWith(".").default(".err"),
  withdrawn: z.string().startsWith(".").default(".cancel"),
  /** SFTP: the fingerprint of the host's key as `ssh-keygen -l` shows it; without it nothing is connected to. */
  hostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, "expected a fingerprint such as SHA256:…")
    .optional(),
  /** Larger files are not opened: their size is compared, their checksum and rows are not. */
  openUpToBytes: z
    .int()
    .positive()
    .default(8 * 1024 * 1024),
  requestsPerSecond: z.number().positive().default(10),
});
export type Settings = z.infer<typeof Settings>;
