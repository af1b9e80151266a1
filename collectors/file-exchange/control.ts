import * as z from "zod";
import { DecimalString } from "../../schemas/instant.ts";

const Count = z.coerce.number().int().min(0);

/** What the sender says about a file. Every field may be left out; numbers may be written as text. */
const Control = z.looseObject({
  runId: z.string().min(1).optional(),
  entity: z.string().optional(),
  period: z.string().optional(),
  snapshotAsOf: z.string().optional(),
  bytes: Count.optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional(),
  rowCount: Count.optional(),
  debit: DecimalString.optional(),
  credit: DecimalString.optional(),
  net: DecimalString.optional(),
  currency: z.string().length(3).optional(),
});
export type Control = z.infer<typeof Control>;

/** A control file, JSON or `key=value` lines; a reason in words where it is neither or says something unreadable. */
export function readControl(text: string): { control: Control } | { unreadable: string } {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  const value = trimmed.startsWith("{") ? jsonIn(trimmed) : pairsIn(trimmed);
  const read = Control.safeParse(value);
  if (read.success) return { control: read.data };
  const [issue] = read.error.issues;
  return { unreadable: `The control file cannot be read, ${issue?.path.join(".") || "it"}: ${issue?.message}` };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pairsIn(text: string): unknown {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const pairs = lines.map((line) => /^\s*([\w.]+)\s*[=:]\s*(.*?)\s*$/.exec(line));
  if (pairs.length === 0 || pairs.some((pair) => pair === null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]));
}
