import { createHash } from "node:crypto";
import type { Context, Hono } from "hono";
import type { SimRun, World } from "../sandbox.ts";

/** CloudWorks and the audit trail over the same runs: an integration for each process, which started its tasks. */
export function addCloudWorks(app: Hono, world: World, system: string): void {
  const integrations = world
    .jobs(system)
    .map(({ job }) => ({ integrationId: hexOf(job), name: `CloudWorks ${job}`, job }));
  const runsOf = (job: string) =>
    world
      .runs(system)
      .filter((run) => run.job === job && world.phase(run).phase !== "queued")
      .toReversed();
  app.get("/integrations", (c) =>
    c.json({
      ...paging(c, integrations.length),
      integrations: sliced(c, integrations).map(({ integrationId, name, job }) => {
        const [latest] = runsOf(job);
        return {
          integrationId,
          name,
          integrationType: "Process",
          ...(latest && { latestRun: runJson(world, latest) }),
        };
      }),
    }),
  );
  app.get("/integrations/runs/:integration", (c) => {
    const found = integrations.find(({ integrationId }) => integrationId === c.req.param("integration"));
    const runs = found ? runsOf(found.job) : [];
    const history_of_runs = {
      integrationId: found?.integrationId,
      totalRuns: runs.length,
      runs: sliced(c, runs).map((run) => runJson(world, run)),
    };
    return c.json({ ...paging(c, runs.length), history_of_runs });
  });
  app.get("/integrations/runerror/:run", (c) => {
    const run = world.runs(system).find(({ key }) => hexOf(key) === c.req.param("run"));
    const message =
      run?.error?.message ??
      run?.rejections.map(({ dimension, member }) => `Item not found in list "${dimension}": "${member}"`)[0];
    return c.json({ runs: message ? { [hexOf(run?.key ?? "")]: [{ errorMessage: message, code: 12 }] } : {} });
  });
  app.get("/events", (c) => {
    const [from, to] = [Number(c.req.query("dateFrom")), Number(c.req.query("dateTo"))];
    if (to - from > 30 * 86_400_000) return c.json({ status: { code: 400, message: "The span exceeds 30 days" } }, 400);
    const runs = world.runs(system).filter(({ queuedAt }) => queuedAt >= from && queuedAt <= to);
    const response = sliced(c, runs).map((run) => ({
      ...{
        id: hexOf(`audit ${run.key}`),
        eventTypeId: "INT-06",
        eventDate: run.queuedAt,
        userId: "svc",
        success: true,
      },
      additionalAttributes: { name: run.job },
    }));
    return c.json({ meta: { paging: { currentPageSize: response.length } }, response });
  });
}

function runJson(world: World, run: SimRun) {
  const over = world.phase(run).phase === "ended";
  const messages = {
    complete: "Success",
    partial: "Success",
    held: "Success",
    failed: "Process failed",
    aborted: "Cancelled",
  };
  const codes = { complete: null, held: null, partial: 38, failed: 12, aborted: null };
  return {
    ...{
      id: hexOf(run.key),
      startDate: iso(run.startedAt),
      endDate: over ? iso(run.endedAt) : null,
      triggerSource: "scheduled",
    },
    success: over ? run.outcome !== "failed" && run.outcome !== "aborted" : null,
    message: over ? messages[run.outcome] : "Running",
    executionErrorCode: over ? codes[run.outcome] : null,
  };
}

function sliced<T>(c: Context, all: readonly T[]): T[] {
  const offset = Number(c.req.query("offset") ?? 0);
  return all.slice(offset, offset + Number(c.req.query("limit") ?? 25));
}

function paging(c: Context, totalSize: number) {
  return {
    status: { code: 200, message: "Success" },
    meta: { paging: { totalSize, offset: Number(c.req.query("offset") ?? 0) } },
  };
}

function hexOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
