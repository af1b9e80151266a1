import * as z from "zod";
import { LineLayout } from "../../schemas/event/line-layout.ts";
import { DecimalString, Instant, PeriodKey } from "../../schemas/instant.ts";

/** What a file of lines is said to be. */
export const Declaration = z.strictObject({
  /** The dataset's id in the estate. */
  dataset: z.string().min(1),
  entity: z.string().min(1),
  period: PeriodKey,
  version: z.string().default("actual"),
  /** The run that wrote the lines; of several runs the latest counts. */
  runId: z.string().min(1),
  /** When the run took its snapshot; when the file came, where absent. */
  asOf: Instant.optional(),
  part: z.int().min(1).max(10_000).default(1),
  parts: z.int().min(1).max(10_000).default(1),
  format: z.enum(["csv", "ndjson", "parquet"]),
  /** Rows of data, the header not among them. */
  rowCount: z.int().min(0).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected SHA-256 as 64 lower-case hexadecimal digits")
    .optional(),
  /** What the amounts add up to, by currency. */
  sums: z.record(z.string(), DecimalString).optional(),
  layout: LineLayout,
});
export type Declaration = z.infer<typeof Declaration>;

const whole = z
  .string()
  .regex(/^\d{1,12}$/, "expected a whole number")
  .transform(Number);

/** `company=BUKRS,document=BELNR`, or `company,document` where the file calls them the same. */
const columnList = z.string().transform((text) =>
  Object.fromEntries(
    text
      .split(",")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const [name = "", column = name] = pair.split("=");
        return [name.trim(), column.trim()];
      }),
  ),
);

/** A declaration as the parameters of an address. */
export const DeclarationQuery = z
  .strictObject({
    ...{ dataset: z.string(), entity: z.string(), period: z.string(), run: z.string(), format: z.string() },
    ...{ version: z.string().optional(), asOf: z.string().optional(), sha256: z.string().optional() },
    ...{ part: whole.optional(), parts: whole.optional(), rowCount: whole.optional() },
    sums: columnList.optional(),
    key: columnList,
    dimensions: columnList.optional(),
    ...{ amount: z.string().optional(), currency: z.string().optional(), currencyIs: z.string().optional() },
    ...{ delimiter: z.string().optional(), encoding: z.string().optional() },
    ...{ decimal: z.string().optional(), group: z.string().optional(), negative: z.string().optional() },
  })
  .transform(({ run, key, dimensions, amount, currency, currencyIs, ...rest }, issues): Declaration => {
    const { delimiter, encoding, decimal, group, negative, ...said } = rest;
    const columns = { key, dimensions, amount, currency, currencyIs };
    const written = { delimiter: delimiter === "tab" ? "\t" : delimiter, encoding, decimal, group, negative };
    const parsed = Declaration.safeParse({ ...said, runId: run, layout: { ...columns, ...written } });
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues) issues.addIssue({ code: "custom", message, path });
    return z.NEVER;
  });
