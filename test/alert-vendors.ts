import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** The connection is cut after the request was taken in. */
  cut?: boolean;
  /** No answer is ever given; `taken` says whether the request was taken in all the same. */
  silent?: boolean;
  taken?: boolean;
}

/**
 * One server that answers as Slack's Web API, a Teams workflow, PagerDuty's Events API and a webhook's other end do.
 * `next` holds the answers given before the usual one, by path.
 */
export async function startVendors() {
  const got: Got[] = [];
  const next = new Map<string, Answer[]>();
  let posted = 0;
  let held = 0;
  const usual = (path: string, body: Record<string, unknown>): Answer => {
    if (path === "/slack/chat.postMessage") {
      return { status: 200, body: { ok: true, channel: "C0CLOSE01", ts: `1700000000.00000${++posted}` } };
    }
    if (path === "/slack/conversations.history") {
      const sent = got.filter((each) => each.path === "/slack/chat.postMessage");
      const messages = sent.map((each, at) => ({ ts: `1700000000.00000${at + 1}`, metadata: each.body.metadata }));
      return { status: 200, body: { ok: true, messages } };
    }
    if (path.startsWith("/slack/")) return { status: 200, body: { ok: true, channel: body.channel, ts: body.ts } };
    if (path === "/v2/enqueue")
      return { status: 202, body: { status: "success", message: "Event processed", dedup_key: body.dedup_key } };
    return { status: 202 };
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const path = request.url!;
      const body = JSON.parse(text) as Record<string, unknown>;
      const answer = next.get(path)?.shift() ?? usual(path, body);
      // What is turned away with 429 or 5xx has not been taken in; what is cut has.
      const isTaken = answer.silent ? answer.taken : answer.cut || answer.status < 400;
      if (isTaken) got.push({ path, headers: request.headers, body });
      if (answer.silent) return void (held += 1);
      if (answer.cut) return void request.socket.destroy();
      response.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
      response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    got,
    next,
    /** How many requests were never answered. */
    held: () => held,
    to: (path: string) => got.filter((each) => each.path === path),
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Mail {
  to: string[];
  text: string;
}

/** A real mail server that keeps what it is sent. With `secure` it speaks TLS with a certificate nobody trusts. */
export async function startMail({ secure = false }: { secure?: boolean } = {}) {
  const mails: Mail[] = [];
  let muted = 0;
  const server = new SMTPServer({
    secure,
    authOptional: true,
    logger: false,
    ...(secure ? {} : { disabledCommands: ["STARTTLS"] }),
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
        if (muted > 0) muted -= 1;
        else done();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    /** So many mails from now on are taken in without a word. */
    mute: (count: number) => void (muted = count),
    url: `${secure ? "smtps" : "smtp"}://127.0.0.1:${port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
