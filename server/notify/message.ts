import type { Severity } from "../../schemas/estate/route.ts";

/** A message as plain text in parts; each receiver lays it out and escapes it for its own channel. */
export interface Message {
  severity: Severity;
  /** `open`, `acknowledged`, `resolved` … as a word. */
  state: string;
  /** One line: what is wrong. */
  title: string;
  /** What it means and what is asked. */
  lead: string;
  facts: { label: string; value: string }[];
  /** The vendor's own words, quoted as they came; null where the reader is spared them. */
  quoted: string | null;
  /** Why this reader is told. */
  because: string;
  /** The incident in the console. */
  url: string;
  /** Where it can be acknowledged from; null where there is nothing to acknowledge. */
  acknowledgeUrl: string | null;
}

/** The whole message as plain text, for channels that show nothing else. */
export function plainText(message: Message): string {
  const { severity, state, title, lead, facts, quoted, because, url, acknowledgeUrl } = message;
  const lines = [`${severity} · ${title}`, state === "open" ? "" : `It is ${state}.`, lead, ""];
  lines.push(...facts.map(({ label, value }) => `${label}: ${value}`));
  if (quoted !== null) lines.push("", "The system said:", ...quoted.split("\n").map((line) => `> ${line}`));
  lines.push("", `Look: ${url}`);
  if (acknowledgeUrl !== null) lines.push(`Take it on: ${acknowledgeUrl}`);
  lines.push("", because);
  return lines.filter((line, at) => line !== "" || lines[at - 1] !== "").join("\n");
}

/** Cut to a channel's limit, with a mark where something is missing. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
