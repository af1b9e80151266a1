import * as z from "zod";
import { cut, type Message } from "../notify/message.ts";
import { post } from "./post.ts";
import { defineReceiver, ReceiverError, type Parcel } from "./receiver.ts";

const MOST_TEXT = 2_900;
const MOST_HEADER = 150;
/** Slack shows ten fields a section. */
const MOST_FIELDS = 10;

const Answer = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  messages: z
    .array(z.looseObject({ ts: z.string(), metadata: z.looseObject({ event_payload: z.looseObject({}) }).optional() }))
    .optional(),
});

/**
 * Slack by its Web API, as an app with `chat:write`. Messages are edited as their incident goes on. A try that ended
 * without an answer is looked for in the channel first, where the app may read it (`channels:history`) and the channel
 * is named by its id.
 * Source: https://docs.slack.dev/reference/methods/chat.postMessage
 */
export const slack = defineReceiver({
  kind: "slack",
  connection: { token: "The app's bot token, xoxb-…" },
  settings: z.strictObject({ channel: z.string().min(1), api: z.url().default("https://slack.com/api") }),
  addressed: "channel",
  follows: "changes",
  open({ connection, settings, inside }) {
    const call = async (method: string, body: Record<string, unknown>) => {
      const headers = { Authorization: `Bearer ${connection.token}` };
      const url = `${settings.api.replace(/\/$/, "")}/${method}`;
      const { text } = await post({ url, headers, body: JSON.stringify(body), inside });
      const answer = Answer.safeParse(jsonOf(text));
      if (!answer.success)
        throw new ReceiverError("Slack answered something else than JSON.", { mayHaveArrived: true });
      if (!answer.data.ok) throw new ReceiverError(`Slack refused: ${answer.data.error ?? "no reason given"}.`);
      return answer.data;
    };
    const found = async ({ id }: Parcel) => {
      if (!/^[CGD][A-Z0-9]{6,}$/.test(settings.channel)) return null;
      const asked = { channel: settings.channel, include_all_metadata: true, limit: 100 };
      const { messages = [] } = await call("conversations.history", asked).catch(() => ({ messages: [] }));
      const mine = messages.find(({ metadata }) => metadata?.event_payload.id === id);
      return mine ? { channel: settings.channel, ts: mine.ts } : null;
    };
    return {
      async send(parcel) {
        const before = parcel.again ? await found(parcel) : null;
        if (before) return before;
        const metadata = { event_type: "tieout_alert", event_payload: { id: parcel.id } };
        const sent = await call("chat.postMessage", { channel: settings.channel, metadata, ...layout(parcel) });
        return { channel: sent.channel ?? settings.channel, ts: sent.ts ?? "" };
      },
      async update(parcel, handle) {
        if (handle?.ts) await call("chat.update", { channel: handle.channel, ts: handle.ts, ...layout(parcel) });
      },
      close() {},
    };
  },
});

/** Everything is plain text to Slack, so that nothing a vendor wrote becomes a mention, a link or markup. */
function layout({ messages }: Parcel) {
  const [first] = messages;
  const title = messages.length === 1 ? headline(first) : `${messages.length} incidents`;
  return {
    text: cut(title, MOST_TEXT).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    mrkdwn: false,
    unfurl_links: false,
    blocks:
      messages.length === 1 ? blocksOf(first) : [header(title), ...messages.slice(0, 20).map((each) => gathered(each))],
  };
}

function headline({ severity, state, title }: Message): string {
  return `${severity}${state === "open" ? "" : ` · ${state}`} · ${title}`;
}

function blocksOf(message: Message) {
  const { lead, facts, quoted, because, url, acknowledgeUrl } = message;
  const fields = facts.slice(0, MOST_FIELDS).map(({ label, value }) => plain(`${label}\n${cut(value, 1_900)}`));
  const button = (text: string, to: string) => ({ type: "button", text: plain(text), url: to });
  return [
    header(headline(message)),
    ...(lead ? [{ type: "section", text: plain(cut(lead, MOST_TEXT)) }] : []),
    ...(fields.length > 0 ? [{ type: "section", fields }] : []),
    ...(quoted === null ? [] : [{ type: "section", text: plain(cut(`The system said: ${quoted}`, MOST_TEXT)) }]),
    {
      type: "actions",
      elements: [button("Open", url), ...(acknowledgeUrl === null ? [] : [button("Take it on", acknowledgeUrl)])],
    },
    { type: "context", elements: [plain(cut(because, MOST_TEXT))] },
  ];
}

function gathered(message: Message) {
  const open = { type: "button", text: plain("Open"), url: message.url };
  return { type: "section", text: plain(cut(`${headline(message)}\n${message.lead}`, MOST_TEXT)), accessory: open };
}

function header(text: string) {
  return { type: "header", text: plain(cut(text, MOST_HEADER)) };
}

function plain(text: string) {
  return { type: "plain_text", text: text || " ", emoji: false };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
