import { Hono, type Context } from "hono";
import { Accepted } from "../../schemas/wire/ingest.ts";
import { Fault } from "../fault.ts";
import { answerBatch, answerOne } from "../ingest/answers.ts";
import { cloudEventInputs, cloudEventMode } from "../ingest/cloud-event-inputs.ts";
import { inputOf, timed, type IngestDoorDeps } from "../ingest/door.ts";
import { withBody } from "../ingest/read-body.ts";
import { signatureFlaw } from "../ingest/webhook-signature.ts";
import { described } from "./describe.ts";

export interface WebhookDeps extends Omit<IngestDoorDeps, "permit"> {
  /** Sender → the secret it signs with. */
  secrets: Readonly<Record<string, string>>;
  /** Real time: signatures are made by senders' clocks, whatever a sandbox plays. */
  now(): Date;
}

/**
 * Events from senders that hold no key and sign instead: CloudEvents in every mode, and OpenLineage. `OPTIONS` answers the
 * handshake by which CloudEvents' senders ask whether they are welcome.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md
 */
export function webhookRoutes(deps: WebhookDeps): Hono {
  const { ingest, metrics, maxEventBytes, secrets, now } = deps;
  const secretOf = (c: Context) => {
    const secret = secrets[c.req.param("sender") ?? ""];
    if (!secret)
      throw new Fault("not-found", `No sender "${c.req.param("sender")}" is known here; name it in TIEOUT_WEBHOOKS.`);
    return secret;
  };
  return new Hono()
    .options(
      "/api/v1/webhooks/:sender",
      described({ tag: "Ingest", summary: "Ask whether webhooks are welcome, as CloudEvents' senders do", open: true }),
      (c) => {
        secretOf(c);
        const origin = c.req.header("webhook-request-origin");
        if (!origin) throw new Fault("invalid-input", "The header WebHook-Request-Origin says who asks.");
        c.header("WebHook-Allowed-Origin", origin);
        c.header("WebHook-Allowed-Rate", c.req.header("webhook-request-rate") ?? "*");
        c.header("Allow", "POST");
        return c.body(null, 200);
      },
    )
    .post(
      "/api/v1/webhooks/:sender",
      described({
        tag: "Ingest",
        summary: "Send events signed as Standard Webhooks asks: CloudEvents, or OpenLineage as JSON",
        status: 201,
        answers: Accepted,
        open: true,
      }),
      (c) =>
        timed(metrics, () => {
          const secret = secretOf(c);
          const source = `webhook:${c.req.param("sender")}`;
          return withBody(c.req.raw, { maxBytes: maxEventBytes, reserve: ingest.admit(source) }, async (body) => {
            const { headers } = c.req.raw;
            const flaw = signatureFlaw(headers, body.bytes ?? Buffer.from(body.text), secret, now());
            if (flaw) throw new Fault("bad-key", flaw);
            const mode = cloudEventMode(headers);
            const door = mode ? ("cloudevents" as const) : ("lineage" as const);
            const origin = { door, source, contentType: headers.get("content-type") ?? "" };
            const inputs = mode ? cloudEventInputs(body, mode, headers) : [inputOf(body)];
            const acceptances = await ingest.acceptTexts(inputs, origin);
            if (mode !== "batched") return c.json(answerOne(acceptances[0]), 201);
            const answer = answerBatch(acceptances);
            return answer ? c.json(answer) : c.body(null, 204);
          });
        }),
    ) as unknown as Hono;
}
