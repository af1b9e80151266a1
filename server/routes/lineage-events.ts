import { Hono } from "hono";
import { Accepted, BatchAnswer } from "../../schemas/wire/ingest.ts";
import { answerBatch, answerOne } from "../ingest/answers.ts";
import { inputOf, originOf, timed, type IngestDoorDeps } from "../ingest/door.ts";
import { withBody } from "../ingest/read-body.ts";
import { splitBatch } from "../ingest/split-batch.ts";
import { described } from "./describe.ts";

/** OpenLineage's own doors: one event, and batches as JSON array or NDJSON, gzip on both. */
export function lineageEventRoutes(deps: IngestDoorDeps): Hono {
  const { ingest, metrics, permit, maxEventBytes } = deps;
  return new Hono()
    .post(
      "/api/v1/lineage",
      described({ tag: "Ingest", summary: "Send one OpenLineage event", status: 201, answers: Accepted }),
      permit("ingest:write"),
      (c) =>
        timed(metrics, () => {
          const origin = originOf("lineage", c.get("actor"), c.req.header("content-type"));
          const limits = { maxBytes: maxEventBytes, reserve: ingest.admit(origin.source) };
          return withBody(c.req.raw, limits, async (body) => {
            const [acceptance] = await ingest.acceptTexts([inputOf(body)], origin);
            return c.json(answerOne(acceptance), 201);
          });
        }),
    )
    .post(
      "/api/v1/lineage/batch",
      described({
        tag: "Ingest",
        summary: "Send OpenLineage events as a JSON array or NDJSON; 204 when all were accepted",
        answers: BatchAnswer,
      }),
      permit("ingest:write"),
      (c) =>
        timed(metrics, () => {
          const contentType = c.req.header("content-type") ?? "";
          const origin = originOf("lineage", c.get("actor"), contentType);
          const limits = { maxBytes: maxEventBytes * 2, reserve: ingest.admit(origin.source) };
          return withBody(c.req.raw, limits, async (body) => {
            const inputs =
              body.text === null ? [inputOf(body)] : splitBatch(body.text, contentType).map((text) => ({ text }));
            const answer = answerBatch(await ingest.acceptTexts(inputs, origin));
            return answer ? c.json(answer) : c.body(null, 204);
          });
        }),
    ) as unknown as Hono;
}
