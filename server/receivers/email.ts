import { createTransport, type SentMessageInfo } from "nodemailer";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import * as z from "zod";
import { cut, plainText, type Message } from "../notify/message.ts";
import { isInside } from "./inside-network.ts";
import { defineReceiver, ReceiverError, type Parcel } from "./receiver.ts";

const WITHIN_MILLISECONDS = 5_000;
const MOST_SUBJECT = 180;

/**
 * E-mail over SMTP, one message a person. `url` is `smtps://user:password@host:465`, or `smtp://…:587`, which must turn to
 * TLS unless the server lies inside. The same message keeps its Message-ID, so mailboxes know it when it comes again.
 */
export const email = defineReceiver({
  kind: "email",
  connection: { url: "smtps://user:password@host, or smtp://", from: "The sender's address" },
  settings: z.strictObject({}),
  addressed: "people",
  follows: "end",
  open({ connection, inside }) {
    const url = new URL(connection.url!);
    if (!/^smtps?:$/.test(url.protocol)) throw new Error("its url is neither smtps:// nor smtp://");
    const domain = /@([^>\s]+)>?$/.exec(connection.from!)?.[1];
    if (!domain) throw new Error("its sender is no address");
    const hand = async (parcel: Parcel, part: string) => {
      const transport = createTransport(await addressOf(url, inside));
      try {
        const sent = await transport.sendMail({
          from: connection.from!,
          to: { name: parcel.to!.name, address: parcel.to!.email },
          messageId: `<${parcel.id}${part}@${domain}>`,
          references: `<${parcel.thread}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated" },
          ...layout(parcel.messages),
        });
        refuseNobody(sent as SentMessageInfo);
      } catch (error) {
        throw failure(error as Error & { code?: string; responseCode?: number; response?: string }, url.host);
      } finally {
        transport.close();
      }
      return null;
    };
    return {
      send: (parcel) => hand(parcel, ""),
      update: async (parcel) => void (await hand(parcel, `-${parcel.messages[0].state}`)),
      close() {},
    };
  },
});

/** Names are resolved here, so that what was looked at is what is connected to. */
async function addressOf(url: URL, inside: boolean) {
  const secure = url.protocol === "smtps:";
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const host = inside || isIP(name) !== 0 ? name : (await resolved(name)).address;
  if (!inside && isInside(host))
    throw new ReceiverError(
      `${name} leads inside this network; the estate must say \`inside: true\` if that is meant.`,
    );
  return {
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !inside,
    tls: isIP(name) === 0 ? { servername: name } : {},
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
    ...{
      connectionTimeout: WITHIN_MILLISECONDS,
      greetingTimeout: WITHIN_MILLISECONDS,
      socketTimeout: WITHIN_MILLISECONDS,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

async function resolved(name: string) {
  return lookup(name).catch(() => {
    throw new ReceiverError(`There is no ${name}.`);
  });
}

function refuseNobody({ rejected }: SentMessageInfo): void {
  if (rejected && rejected.length > 0) throw new ReceiverError("The mail server refused the recipient.");
}

function failure(error: Error & { code?: string; responseCode?: number; response?: string }, host: string): Error {
  if (error instanceof ReceiverError) return error;
  if (/certificate|self.signed|altname/i.test(error.message))
    return new ReceiverError(`The certificate of ${host} cannot be trusted (${error.message.slice(0, 100)}).`);
  if (error.responseCode)
    return new ReceiverError(`The mail server answered ${cut(error.response ?? String(error.responseCode), 200)}.`);
  const unsure = error.code === "ETIMEDOUT" || error.code === "ESOCKET" || error.code === "ECONNECTION";
  return new ReceiverError(`${host} cannot be reached (${error.code ?? error.message}).`, { mayHaveArrived: unsure });
}

function layout(messages: Parcel["messages"]) {
  const [first] = messages;
  const state = first.state === "open" ? "" : `${first.state}: `;
  const subject = messages.length === 1 ? `[${first.severity}] ${state}${first.title}` : `${messages.length} incidents`;
  return {
    subject: cut(subject.replaceAll(/[\p{Cc}\s]+/gu, " "), MOST_SUBJECT),
    text: messages.map(plainText).join("\n\n----\n\n"),
    html: `<!doctype html><meta charset="utf-8"><div style="font:14px/1.5 sans-serif;max-width:40em">${messages.map(htmlOf).join("<hr>")}</div>`,
  };
}

function htmlOf(message: Message): string {
  const { severity, state, title, lead, facts, quoted, because, url, acknowledgeUrl } = message;
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><td style="padding-right:1em;color:#555;vertical-align:top">${escaped(label)}</td><td>${escaped(value)}</td></tr>`,
  );
  const acts = [link("Open in Tieout", url), ...(acknowledgeUrl === null ? [] : [link("Take it on", acknowledgeUrl)])];
  return [
    `<p style="font-size:16px;margin:0"><b>${severity}${state === "open" ? "" : ` · ${escaped(state)}`} · ${escaped(title)}</b></p>`,
    `<p>${escaped(lead)}</p>`,
    rows.length > 0 ? `<table style="border-collapse:collapse">${rows.join("")}</table>` : "",
    quoted === null
      ? ""
      : `<p style="color:#555">The system said:</p><pre style="white-space:pre-wrap">${escaped(quoted)}</pre>`,
    `<p>${acts.join(" &nbsp; ")}</p><p style="color:#555">${escaped(because)}</p>`,
  ].join("");
}

function link(text: string, url: string): string {
  return `<a href="${escaped(url)}">${text}</a>`;
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
}
