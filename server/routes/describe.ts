import { describeRoute, resolver } from "hono-openapi";
import type { MiddlewareHandler } from "hono";
import type * as z from "zod";

/** Problem details as every refusal is answered (RFC 9457). */
const PROBLEM = {
  description: "A refusal, as RFC 9457 problem details",
  content: {
    "application/problem+json": {
      schema: {
        type: "object" as const,
        required: ["type", "title", "status", "detail", "code"],
        properties: {
          type: { type: "string" as const },
          title: { type: "string" as const },
          status: { type: "integer" as const },
          detail: { type: "string" as const },
          code: { type: "string" as const },
        },
      },
    },
  },
};

/** Describes a route in the API's document: what it does, and what it answers with when all is well. */
export function described(route: {
  tag: string;
  summary: string;
  status?: 200 | 201 | 202 | 204 | 302;
  /** The body's grammar; none where nothing is answered. */
  answers?: z.ZodType;
  /** True for doors that need no sign-in. */
  open?: boolean;
}): MiddlewareHandler {
  const content = route.answers && { content: { "application/json": { schema: resolver(route.answers) } } };
  return describeRoute({
    tags: [route.tag],
    summary: route.summary,
    ...(route.open ? { security: [] } : {}),
    responses: { [route.status ?? 200]: { description: "Done", ...content }, "4XX": PROBLEM },
  });
}
