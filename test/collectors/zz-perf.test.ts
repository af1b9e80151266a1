import { test } from "vitest";
import { PLAYED, stageOf, isRun } from "./stage.ts";
import { runIdOf } from "../../collectors/run-id.ts";
for (const played of PLAYED.filter((p) => p.id.startsWith("sap-"))) {
  test(played.id, async () => {
    const stage = await stageOf(played, "2026-07-20T00:00:00.000Z");
    const c = stage.open();
    let cursor: unknown = null;
    const ids = new Map<string, string[]>();
    const slow: string[] = [];
    await c.pull(null).then((p) => (cursor = p.cursor));
    while (stage.clock.now().toISOString() < "2026-08-12T00:00:00.000Z") {
      stage.clock.pass(15);
      for (let more = true; more;) { const s = performance.now(); const r = stage.requests(); const p = await c.pull(cursor); if (performance.now() - s > 60) slow.push(stage.clock.now().toISOString() + " " + (performance.now() - s) + " " + (stage.requests() - r)); cursor = p.cursor; more = p.more; for (const e of p.events) if (isRun(e as never)) ids.set((e as any).run.runId, [...(ids.get((e as any).run.runId) ?? []), (e as any).eventType]); }
    }
    const runs = stage.world.runs(played.system.id).filter((r) => r.queuedAt > Date.parse("2026-07-20T00:00:00.000Z"));
    const missing = runs.filter((r) => !ids.has(runIdOf(played.system.namespace, r.key)));
    console.log(played.id, runs.length, missing.length, missing.slice(0, 5), slow.slice(0, 10), runs.slice(0,2));
    await stage.close();
  }, 120000);
}
