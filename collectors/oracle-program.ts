import * as z from "zod";
import { DeclaredJob } from "./declared-job.ts";

/** A place among a program's arguments, counted from 1. */
export const Position = z.int().positive();

/** A program as both of Oracle's ERPs run it: named by what its requests are submitted with, told apart by arguments. */
export const OracleProgram = z.strictObject({
  ...DeclaredJob.shape,
  /** Which argument of the program carries what. */
  arguments: z
    .strictObject({ entity: Position.optional(), period: Position.optional(), batch: Position.optional() })
    .prefault({}),
  /** What an end with a warning means for this program; of an import, that rows were refused. */
  warningMeans: z.enum(["warning", "partial", "failed"]).default("warning"),
});
