import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { PeriodKey } from "../../schemas/instant.ts";
import {
  LineageCauses,
  LineageColumns,
  LineageDifference,
  LineageDrift,
  LineageEvidence,
  LineageGraph,
  LineageImpact,
  LineageNodeDetail,
  LineagePaths,
  LineageSearch,
} from "../../schemas/wire/lineage.ts";
import { judgingOf, type BoardDeps } from "../board-query.ts";
import type { Context } from "../context.ts";
import { causesAnswer } from "../lineage-answers/causes-answer.ts";
import { columnsAnswer } from "../lineage-answers/columns-answer.ts";
import { differenceAnswer } from "../lineage-answers/difference-answer.ts";
import { driftAnswer } from "../lineage-answers/drift-answer.ts";
import { evidenceAnswer } from "../lineage-answers/evidence-answer.ts";
import { graphAnswer } from "../lineage-answers/graph-answer.ts";
import { impactAnswer } from "../lineage-answers/impact-answer.ts";
import { nodeDetail } from "../lineage-answers/node-detail.ts";
import { pathsAnswer } from "../lineage-answers/paths-answer.ts";
import { searchAnswer } from "../lineage-answers/search-answer.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

/** A depth beyond this is answered as far as this, and the answer says how deep it went. */
const DEEPEST = 100;

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const Times = { effectiveAt: moment.optional(), knownAt: moment.optional() };
const period = PeriodKey.optional();
const depth = (usual: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .default(usual)
    .transform((asked) => Math.min(asked, DEEPEST));
const most = (usual: number, greatest: number) => z.coerce.number().int().min(1).max(greatest).default(usual);
const node = z.string().regex(/^(dataset|job|report):.+/s, "expected dataset:, job: or report: and a name");

const Around = {
  ...{ upstream: depth(20), downstream: depth(20), limit: most(2_000, 10_000), since: moment.optional(), period },
  focus: z.union([node.transform((one) => [one]), z.array(node).max(50)]).default([]),
};
const Graph = z.object({
  ...{ ...Times, ...Around },
  /** So many of the newest runs of each job shown. */
  runs: z.coerce.number().int().min(0).max(20).default(0),
  parents: z.stringbool().default(false),
});
const Difference = z.object({ ...Around, from: moment, to: moment, knownAt: moment.optional() });
const Impact = z.object({ ...Times, node, period, depth: depth(DEEPEST), limit: most(20_000, 50_000) });
const Paths = z.object({ ...Times, from: node, to: node, depth: depth(30), limit: most(20, 200) });
const Columns = z.object({
  ...Times,
  dataset: node,
  field: z.string().optional(),
  direction: z.enum(["upstream", "downstream", "both"]).default("both"),
  depth: depth(10).transform((asked) => Math.min(asked, 30)),
});
const TIMES = "effectiveAt and knownAt as ISO 8601 instants";

interface Deps extends Pick<BoardDeps, "permit" | "collectors"> {
  ctx: Context;
}

/** Questions to the lineage graph, each at two times: what was in effect then, and what was known of it then. */
export function lineageQuestionRoutes(deps: Deps): Hono {
  const routes = new Hono();
  for (const part of [graphs(deps), walks(deps), particulars(deps)]) routes.route("/", part);
  return routes;
}

/** What rooms need of the context and the collectors, read when asked. */
function depsOf({ ctx, collectors }: Deps) {
  return { ...ctx, collectors };
}

function graphs(deps: Deps): Hono {
  const { ctx, permit } = deps;
  return new Hono()
    .get(
      "/api/v1/lineage/graph",
      described({ tag: "Lineage", summary: "The graph around some nodes, or all of it", answers: LineageGraph }),
      permit("board:read"),
      validator(
        "query",
        Graph,
        expected(`focus, upstream, downstream, limit, since, period, runs up to 20, parents, ${TIMES}`),
      ),
      async (c) => {
        const { limit, period: key, ...asked } = c.req.valid("query");
        const judging = judgingOf({ ctx }, key);
        return c.json(await graphAnswer(depsOf(deps), c.get("actor"), judging, { ...asked, mostNodes: limit }));
      },
    )
    .get(
      "/api/v1/lineage/difference",
      described({ tag: "Lineage", summary: "What changed in the graph between two dates", answers: LineageDifference }),
      permit("board:read"),
      validator("query", Difference, expected("from and to as ISO 8601 instants, focus, upstream, downstream, limit")),
      async (c) => {
        const { limit, period: key, ...asked } = c.req.valid("query");
        const judging = judgingOf({ ctx }, key);
        return c.json(await differenceAnswer(depsOf(deps), c.get("actor"), judging, { ...asked, mostNodes: limit }));
      },
    )
    .get(
      "/api/v1/lineage/search",
      described({ tag: "Lineage", summary: "Find datasets, jobs and reports", answers: LineageSearch }),
      permit("board:read"),
      validator("query", z.object({ ...Times, q: z.string().max(1_000) }), expected(`q and ${TIMES}`)),
      (c) => c.json(searchAnswer(ctx, c.req.valid("query"))),
    ) as unknown as Hono;
}

function walks(deps: Deps): Hono {
  const { ctx, permit } = deps;
  return new Hono()
    .get(
      "/api/v1/lineage/impact",
      described({
        tag: "Lineage",
        summary: "If this fails: the reports, deadlines and sign-offs that rest on it",
        answers: LineageImpact,
      }),
      permit("board:read"),
      validator("query", Impact, expected(`node, period, depth, limit, ${TIMES}`)),
      async (c) => {
        const { limit, period: key, ...asked } = c.req.valid("query");
        const judging = judgingOf({ ctx }, key);
        return c.json(await impactAnswer(depsOf(deps), c.get("actor"), judging, { ...asked, mostNodes: limit }));
      },
    )
    .get(
      "/api/v1/lineage/paths",
      described({ tag: "Lineage", summary: "Ways from one node to another, shortest first", answers: LineagePaths }),
      permit("board:read"),
      validator("query", Paths, expected(`from, to, depth, limit, ${TIMES}`)),
      (c) => c.json(pathsAnswer(ctx, c.req.valid("query"))),
    )
    .get(
      "/api/v1/lineage/columns",
      described({ tag: "Lineage", summary: "Which field is made of which", answers: LineageColumns }),
      permit("board:read"),
      validator("query", Columns, expected(`dataset, field, direction, depth, ${TIMES}`)),
      async (c) => c.json(await columnsAnswer(ctx, c.req.valid("query"))),
    )
    .get(
      "/api/v1/lineage/causes",
      described({
        tag: "Lineage",
        summary: "Why a report or dataset is not as fresh as it should be, now",
        answers: LineageCauses,
      }),
      permit("board:read"),
      validator("query", z.object({ node, period }), expected("node and period")),
      (c) => {
        const asked = c.req.valid("query");
        const judging = judgingOf({ ctx }, asked.period);
        return c.json(causesAnswer(depsOf(deps), c.get("actor"), judging, asked.node));
      },
    ) as unknown as Hono;
}

function particulars(deps: Deps): Hono {
  const { ctx, permit } = deps;
  return new Hono()
    .get(
      "/api/v1/lineage/node",
      described({ tag: "Lineage", summary: "One node with its neighbours and runs", answers: LineageNodeDetail }),
      permit("board:read"),
      validator("query", z.object({ ...Times, node, period }), expected(`node, period, ${TIMES}`)),
      async (c) => {
        const asked = c.req.valid("query");
        const judging = judgingOf({ ctx }, asked.period);
        return c.json(await nodeDetail(depsOf(deps), c.get("actor"), judging, asked));
      },
    )
    .get(
      "/api/v1/lineage/evidence",
      described({ tag: "Lineage", summary: "Who told of a step, and since when", answers: LineageEvidence }),
      permit("board:read"),
      validator("query", z.object({ ...Times, origin: node, destination: node }), expected("origin, destination")),
      async (c) => c.json(await evidenceAnswer(ctx, c.req.valid("query"))),
    )
    .get(
      "/api/v1/lineage/drift",
      described({ tag: "Lineage", summary: "Where declared and observed lineage differ", answers: LineageDrift }),
      permit("board:read"),
      validator("query", z.object(Times), expected(TIMES)),
      (c) => c.json(driftAnswer(ctx, c.req.valid("query"))),
    ) as unknown as Hono;
}
