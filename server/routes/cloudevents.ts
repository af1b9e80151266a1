import { Hono } from "hono";
import { attributesOfHeaders } from "../../schemas/event/cloud-event.ts";
import { Accepted } from "../../schemas/wire/ingest.ts";
import { Fault } from "../fault.ts";
import { answerBatch, answerOne } from "../ingest/answers.ts";
import { inputOf, originOf, timed, type IngestDoorDeps } from "../ingest/door.ts";
import type { EventInput } from "../ingest/input.ts";
import { withBody, type Body } from "../ingest/read-body.ts";
import { splitBatch } from "../ingest/split-batch.ts";
import { described } from "./describe.ts";

type Mode = "binary" | "structured" | "batched";

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
        return withBody(c.req.raw, { maxBytes, reserve: ingest.reserve }, async (body) => {
          const origin = originOf("cloudevents", c.get("actor"), c.req.header("content-type"));
          const acceptances = await ingest.acceptTexts(inputsOf(body, mode, c.req.raw.headers), origin);
          if (mode !== "batched") return c.json(answerOne(acceptances[0]), 201);
          const answer = answerBatch(acceptances);
          return answer ? c.json(answer) : c.body(null, 204);
        });
      }),
  ) as unknown as Hono;
}

function modeOf(headers: Headers): Mode {
  const contentType = headers.get("content-type") ?? "";
  if (/^application\/cloudevents-batch\+json\b/i.test(contentType)) return "batched";
  if (/^application\/cloudevents\+json\b/i.test(contentType)) return "structured";
  if (headers.has("ce-specversion") && !/^application\/cloudevents/i.test(contentType)) return "binary";
  throw new Fault(
    "unsupported-media",
    "Expected a CloudEvent: Content-Type application/cloudevents+json or application/cloudevents-batch+json, or the headers ce-specversion, ce-id, ce-source and ce-type.",
  );
}

function inputsOf(body: Body, mode: Mode, headers: Headers): EventInput[] {
  if (mode === "binary") return [{ ...inputOf(body), attributes: attributesOfHeaders(headers) }];
  if (body.text === null) return [inputOf(body)];
  const texts = mode === "batched" ? splitBatch(body.text, "") : [body.text];
  return texts.map((text) => ({ text, form: "cloudevent" }));
}
