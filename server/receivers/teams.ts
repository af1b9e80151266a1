import * as z from "zod";
import { cut, type Message } from "../notify/message.ts";
import { post } from "./post.ts";
import { defineReceiver, type Parcel } from "./receiver.ts";

const MOST_TEXT = 4_000;

/**
 * Microsoft Teams by a workflow's webhook, which posts Adaptive Cards and cannot change them afterwards: a message is
 * answered by another when its incident is over.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export const teams = defineReceiver({
  kind: "teams",
  connection: { url: "The workflow's address, which is a secret itself" },
  settings: z.strictObject({}),
  addressed: "channel",
  follows: "end",
  open({ connection, inside }) {
    const hand = async (parcel: Parcel) => {
      await post({ url: connection.url!, body: JSON.stringify(cardOf(parcel)), inside });
      return null;
    };
    return { send: hand, update: async (parcel) => void (await hand(parcel)), close() {} };
  },
});

function cardOf({ messages, again }: Parcel) {
  const [first] = messages;
  const body = messages.flatMap((message, at) => bodyOf(message, at > 0));
  const repeated = again ? [text("This may have been told here already.", { isSubtle: true })] : [];
  const actions = messages.length > 1 ? [] : actionsOf(first);
  const content = {
    ...{ $schema: "http://adaptivecards.io/schemas/adaptive-card.json", type: "AdaptiveCard", version: "1.4" },
    ...{ msteams: { width: "Full" }, body: [...body, ...repeated], actions },
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}

function bodyOf({ severity, state, title, lead, facts, quoted, because }: Message, separator: boolean) {
  const head = `${severity}${state === "open" ? "" : ` · ${state}`} · ${title}`;
  return [
    { ...text(head, { weight: "Bolder", size: "Medium" }), separator },
    ...(lead ? [text(lead)] : []),
    ...facts.map(({ label, value }) => runs([run(`${label}  `, { weight: "Bolder" }), run(value)])),
    ...(quoted === null
      ? []
      : [runs([run("The system said: ", { isSubtle: true }), run(quoted, { fontType: "Monospace" })])]),
    text(because, { isSubtle: true, size: "Small" }),
  ];
}

function actionsOf({ url, acknowledgeUrl }: Message) {
  const open = (title: string, to: string) => ({ type: "Action.OpenUrl", title, url: to });
  return [open("Open", url), ...(acknowledgeUrl === null ? [] : [open("Take it on", acknowledgeUrl)])];
}

/** Text runs show markup as it was written; text blocks would read it. */
function text(words: string, style: Record<string, unknown> = {}) {
  return runs([run(words, style)]);
}

function runs(inlines: ReturnType<typeof run>[]) {
  return { type: "RichTextBlock", inlines };
}

function run(words: string, style: Record<string, unknown> = {}) {
  return { type: "TextRun", text: cut(words, MOST_TEXT) || " ", ...style };
}
