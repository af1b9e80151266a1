import * as z from "zod";
import { cut, plainText, type Message } from "../notify/message.ts";
import { post } from "./post.ts";
import { defineReceiver, type Parcel } from "./receiver.ts";

const SEVERITIES = { S1: "critical", S2: "error", S3: "warning", S4: "info" } as const;
const MOST_SUMMARY = 1_024;

/**
 * PagerDuty by its Events API v2. One incident is one alert there: the same key opens, acknowledges and resolves it, so
 * sending again changes nothing.
 * Source: https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export const pagerduty = defineReceiver({
  kind: "pagerduty",
  connection: { routingKey: "The integration key of the service, 32 characters" },
  settings: z.strictObject({ api: z.url().default("https://events.pagerduty.com") }),
  addressed: "channel",
  follows: "changes",
  open({ connection, settings, inside }) {
    const hand = async (parcel: Parcel) => {
      // Gathered messages would share one key; each is an event of its own.
      for (const [at, message] of parcel.messages.entries()) {
        const key = parcel.messages.length === 1 ? parcel.thread : `${parcel.thread}-${at}`;
        const body = JSON.stringify({ routing_key: connection.routingKey, dedup_key: key, ...eventOf(message) });
        await post({ url: `${settings.api.replace(/\/$/, "")}/v2/enqueue`, body, inside });
      }
      return { key: parcel.thread };
    };
    return { send: hand, update: async (parcel) => void (await hand(parcel)), close() {} };
  },
});

function eventOf(message: Message) {
  if (message.state === "resolved") return { event_action: "resolve" };
  if (message.state === "acknowledged") return { event_action: "acknowledge" };
  const named = Object.fromEntries(message.facts.map(({ label, value }) => [label, value]));
  return {
    event_action: "trigger",
    client: "Tieout",
    client_url: message.url,
    payload: {
      summary: cut(message.title, MOST_SUMMARY),
      severity: SEVERITIES[message.severity],
      source: named.System ?? "Tieout",
      class: named.Kind,
      custom_details: { ...named, text: plainText(message) },
    },
    links: [{ href: message.url, text: "Open in Tieout" }],
  };
}
