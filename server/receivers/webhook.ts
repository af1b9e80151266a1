import * as z from "zod";
import type { Message } from "../notify/message.ts";
import { post } from "./post.ts";
import { defineReceiver, type Parcel } from "./receiver.ts";
import { signedHeaders } from "./sign-webhook.ts";

/** Any address that takes JSON and checks signatures as Standard Webhooks asks. */
export const webhook = defineReceiver({
  kind: "webhook",
  connection: { url: "The address, https", secret: "whsec_ and the base64 of 24 bytes or more" },
  settings: z.strictObject({}),
  addressed: "channel",
  follows: "changes",
  open({ connection, inside }) {
    const secret = connection.secret!;
    if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)) throw new Error("its secret is not whsec_<base64>");
    const hand = async (id: string, type: string, parcel: Parcel) => {
      const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: dataOf(parcel) });
      await post({ url: connection.url!, body, inside, headers: signedHeaders(secret, id, body, new Date()) });
    };
    return {
      async send(parcel) {
        await hand(parcel.id, "incident.told", parcel);
        return null;
      },
      // A change is an event of its own, and the same however often it is tried.
      update: (parcel) => hand(`${parcel.id}-${parcel.messages[0].state}`, "incident.changed", parcel),
      close() {},
    };
  },
});

/** Links that act as somebody are for people; a machine gets what they would read. */
function dataOf({ thread, messages }: Parcel) {
  return {
    thread,
    messages: messages.map(({ severity, state, title, lead, facts, quoted, because, url }: Message) => {
      return { severity, state, title, lead, facts, quoted, because, url };
    }),
  };
}
