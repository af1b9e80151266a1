import { Hono } from "hono";
import { Accepted } from "../../schemas/wire/ingest.ts";
import { Fault } from "../fault.ts";
import { answerBatch, answerOne } from "../ingest/answers.ts";
import { cloudEventInputs, cloudEventMode, type CloudEventMode } from "../ingest/cloud-event-inputs.ts";
import { originOf, timed, type IngestDoorDeps } from "../ingest/door.ts";
import { withBody } from "../ingest/read-body.ts";
import { described } from "./describe.ts";

/**
 * CloudEvents 1.0 around OpenLineage events, in the three content modes of the HTTP binding.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export function cloudEventRoutes(deps: IngestDoorDeps): Hono {
  const { ingest, metrics, permit, maxEventBytes } = deps;
  return new Hono().post(
    "/api/v1/cloudevents",
    described({
      tag: "Ingest",
      summary: "Send CloudEvents that carry OpenLineage events: binary, structured or batched",
      status: 201,
      answers: Accepted,
    }),
    permit("ingest:write"),
    (c) =>
      timed(metrics, () => {
        const mode = modeOf(c.req.raw.headers);
        const maxBytes = mode === "batched" ? maxEventBytes * 2 : maxEventBytes;
        const origin = originOf("cloudevents", c.get("actor"), c.req.header("content-type"));
        return withBody(c.req.raw, { maxBytes, reserve: ingest.admit(origin.source) }, async (body) => {
          const acceptances = await ingest.acceptTexts(cloudEventInputs(body, mode, c.req.raw.headers), origin);
          if (mode !== "batched") return c.json(answerOne(acceptances[0]), 201);
          const answer = answerBatch(acceptances);
          return answer ? c.json(answer) : c.body(null, 204);
        });
      }),
  ) as unknown as Hono;
}

function modeOf(headers: Headers): CloudEventMode {
  const mode = cloudEventMode(headers);
  if (mode) return mode;
  throw new Fault(
    "unsupported-media",
    "Expected a CloudEvent: Content-Type application/cloudevents+json or application/cloudevents-batch+json, or the headers ce-specversion, ce-id, ce-source and ce-type.",
  );
}
