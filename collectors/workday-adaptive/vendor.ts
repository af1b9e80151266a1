import * as z from "zod";
import { xmlElement, xmlText } from "../xml.ts";

/** Shapes of what Adaptive's XML API answers. Only what is read is required. */

const Message = z.union([
  z.string().transform((said) => ({ key: "", type: "ERROR", said })),
  z
    .looseObject({
      "@key": z.string().default(""),
      "@type": z.string().default("ERROR"),
      "#text": z.string().default(""),
    })
    .transform((message) => ({ key: message["@key"], type: message["@type"], said: message["#text"] })),
]);

/** Figures come as CSV in the output itself, rows of a modeled sheet in `data` within it. */
const Csv = z.union([xmlElement({ data: xmlText() }).transform(({ data }) => data), xmlText()]);

const answer = {
  "@success": z.string(),
  messages: xmlElement({ message: z.array(Message).default([]) }).prefault({}),
};
export const CsvAnswer = z.looseObject({ response: z.looseObject({ ...answer, output: Csv.optional() }) });

/** Versions stand in folders, which are versions of the type `VERSION_FOLDER`. */
export interface Version {
  "@name": string;
  "@type"?: string | undefined;
  version?: Version[] | undefined;
}
const Version: z.ZodType<Version> = z.looseObject({
  "@name": z.string(),
  "@type": z.string().optional(),
  get version() {
    return z.array(Version).optional();
  },
});
export const VersionsAnswer = z.looseObject({
  response: z.looseObject({
    ...answer,
    output: xmlElement({ versions: xmlElement({ version: z.array(Version).default([]) }).prefault({}) }).optional(),
  }),
});

export interface Messages {
  "@success": string;
  messages: { message: { key: string; type: string; said: string }[] };
}
