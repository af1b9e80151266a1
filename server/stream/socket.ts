import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import type { ClientToServer, ServerToClient } from "../../schemas/topic.ts";
import type { Actor } from "../context.ts";
import type { Metrics } from "../metrics.ts";
import { pacedConsole, type PaceLimits } from "./paced-console.ts";
import type { Stream, Subscriber } from "./stream.ts";

export interface SocketDoor {
  close(): Promise<void>;
  /** Ends every connection of a person or key at once. */
  dismiss(actor: string): void;
}

/** How often a connected console's session is asked for again, for what was revoked in another process, in milliseconds. */
const RECHECK = 10_000;

/**
 * Live topics over socket.io. The same session or key that opens the HTTP doors opens this one; `actorOf` answers null
 * for a stranger, who is refused before any topic.
 */
export function openSocket(
  http: HttpServer,
  deps: { stream: Stream; metrics: Metrics; actorOf(headers: Headers): Promise<Actor | null>; pace?: PaceLimits },
): SocketDoor {
  const io = new Server<ClientToServer, ServerToClient>(http, {
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    transports: ["websocket", "polling"],
    // Same origin only: a page of another site gets no answer even with the visitor's cookie.
    allowRequest: (request, done) => done(null, sameOrigin(request.headers.origin, request.headers.host)),
  });
  io.use((socket, next) => {
    deps.actorOf(headersOf(socket.handshake.headers)).then(
      (actor) => {
        if (!actor) return next(new Error("not-signed-in"));
        (socket.data as { actor?: Actor }).actor = actor;
        next();
      },
      () => next(new Error("not-signed-in")),
    );
  });
  io.on("connection", (socket) => {
    const paced = pacedConsole(
      socket.conn,
      (change) => void socket.emit("change", change),
      (what) => deps.metrics.liveSlow.inc({ what }),
      deps.pace,
    );
    const subscriber: Subscriber = { actor: (socket.data as { actor: Actor }).actor, send: paced.send };
    deps.metrics.liveClients.inc();
    const recheck = setInterval(() => {
      deps.actorOf(headersOf(socket.handshake.headers)).then(
        (actor) => sameDuty(actor, subscriber.actor) || socket.disconnect(true),
        () => socket.disconnect(true),
      );
    }, RECHECK);
    socket.on("subscribe", (topic, reply) => {
      if (typeof topic !== "string" || typeof reply !== "function") return;
      deps.stream.subscribe(topic, subscriber).then(reply, () => reply({ refused: "This could not be computed now." }));
    });
    socket.on("unsubscribe", (topic) => {
      if (typeof topic === "string") deps.stream.unsubscribe(topic, subscriber);
    });
    socket.on("disconnect", () => {
      clearInterval(recheck);
      paced.stop();
      deps.metrics.liveClients.dec();
      deps.stream.leave(subscriber);
    });
  });
  return {
    close: async () => void (await io.close()),
    dismiss(actor) {
      for (const socket of io.sockets.sockets.values()) {
        if ((socket.data as { actor?: Actor }).actor?.id === actor) socket.disconnect(true);
      }
    },
  };
}

/** What is pushed is drawn for a role and entities; with others it starts anew. */
function sameDuty(now: Actor | null, before: Actor): boolean {
  const duty = ({ id, role, entities, periods, scopes }: Actor) =>
    JSON.stringify([id, role, entities, periods, scopes]);
  return now !== null && duty(now) === duty(before);
}

function sameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (!origin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) if (typeof value === "string") headers.set(name, value);
  return headers;
}
