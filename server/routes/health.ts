import { Hono } from "hono";
import type { Metrics } from "../metrics.ts";

export interface HealthDeps {
  metrics: Metrics;
  /** Each part's name and whether it answers now. */
  parts(): Promise<Record<string, boolean>>;
}

/** `/healthz`: the process lives. `/readyz`: it can do its work, part by part. `/metrics`: Prometheus. */
export function healthRoutes(deps: HealthDeps): Hono {
  return new Hono()
    .get("/healthz", (c) => c.json({ status: "ok" }))
    .get("/readyz", async (c) => {
      const parts = await deps.parts();
      const ready = Object.values(parts).every(Boolean);
      return c.json({ status: ready ? "ready" : "not ready", parts }, ready ? 200 : 503);
    })
    .get("/metrics", async (c) => {
      c.header("Content-Type", deps.metrics.registry.contentType);
      return c.body(await deps.metrics.registry.metrics());
    });
}
