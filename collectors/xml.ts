import { XMLParser, XMLValidator } from "fast-xml-parser";
import * as z from "zod";
import { VendorError } from "./collector.ts";
import { createRedaction, excerptOf } from "./redaction.ts";

export interface XmlReading {
  /** How the asking is called in messages: `POST /api/v43`. */
  what: string;
  /** Elements that may occur several times; each is an array, also where it occurs once. */
  lists?: readonly string[];
  /** Values that must never be quoted. */
  secrets?: readonly string[];
}

/**
 * Reads XML of a shape. Prefixes of namespaces are dropped, attributes are keys with an `@`, the text beside attributes
 * or elements is `#text`, and every value is text. An element without content is an empty string. What is no XML, or of
 * another shape, is nonsense, quoted without secrets.
 */
export function readXml<S extends z.ZodType>(source: string, shape: S, reading: XmlReading): z.output<S> {
  const lists = new Set(reading.lists);
  const quote = `: ${excerptOf(createRedaction(reading.secrets ?? [])(source.slice(0, 2000))) || "nothing"}`;
  if (/^\s*<(!doctype\s+)?html\b/i.test(source) || XMLValidator.validate(source) !== true) {
    const kind = /^\s*<[!h]/i.test(source) ? "a web page" : "something that is not XML";
    throw new VendorError("nonsense", `${reading.what} answered ${kind}${quote}`);
  }
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    removeNSPrefix: true,
    // Money and ids stay digit for digit.
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    htmlEntities: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    isArray: (name) => lists.has(name),
  });
  const parsed = shape.safeParse(parser.parse(source));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `at ${issue.path.join(".")}: ` : "";
  throw new VendorError(
    "nonsense",
    `${reading.what} answered in an unexpected shape, ${where}${issue?.message}${quote}`,
  );
}

/** An element with fields; an empty one has none of them. */
export function xmlElement<F extends z.ZodRawShape>(fields: F) {
  return z.preprocess((value) => (value === "" ? {} : value), z.looseObject(fields));
}

/** The text of an element, whether or not attributes stand beside it. */
export function xmlText() {
  const beside = z.looseObject({ "#text": z.string().default("") }).transform((value) => value["#text"]);
  return z.union([z.string(), beside]);
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** XML with every value in it escaped: ``xml`<name>${name}</name>` ``. What is itself made so, or a list of it, stays. */
export function xml(parts: TemplateStringsArray, ...values: (string | number | Xml | readonly Xml[])[]): Xml {
  const texts = values.map((value) => {
    if (value instanceof Xml) return value.text;
    if (typeof value === "object") return value.map((each) => each.text).join("");
    return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
  });
  return new Xml(parts.map((part, index) => part + (texts[index] ?? "")).join(""));
}

/** Text that is XML already. */
export class Xml {
  readonly text: string;
  constructor(written: string) {
    this.text = written;
  }
}
