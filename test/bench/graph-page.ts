import type { Page } from "playwright-core";
import { openConsole, type Console } from "../browser/harness.ts";
import { atMost, defineBench, quantile } from "./bench.ts";

const NODES = 2_000;
const LOADS = 5;
/** Frames watched while the picture is dragged. */
const FRAMES = 60;

export const graphPage = defineBench({
  name: "graph-page",
  title: `the lineage page with ${NODES.toLocaleString("en")} nodes, from going there until they are drawn; the median`,
  unit: "s",
  goal: atMost(2),
  reference: "the same page with fifty nodes",
  also: {
    frame: {
      title: "between two frames while it is dragged; the slowest twentieth",
      unit: "ms",
      goal: atMost(50),
      reference: "the same with fifty nodes",
    },
  },
  async run({ say }) {
    const shown = await openConsole();
    try {
      await fill(shown);
      const few = await drawn(shown, 50);
      const many = await drawn(shown, NODES);
      say(`${many.nodes} nodes on the page`);
      return {
        ...{ value: many.seconds, reference: few.seconds },
        also: { frame: { value: many.frame, reference: few.frame } },
      };
    } finally {
      await shown.close();
    }
  },
});

/** Jobs in twenty layers, each reading two datasets of its own layer and writing one of the next. */
async function fill({ server }: Console): Promise<void> {
  const named = (place: number) => ({ namespace: "warehouse://bench", name: `t${place}` });
  const events = Array.from({ length: NODES / 2 }, (_, place) => ({
    ...{ eventTime: "2026-01-05T08:00:00.000Z", eventType: "COMPLETE", producer: "https://example.com/bench" },
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    ...{ run: { runId: `bench-${place}` }, job: { namespace: "airflow://bench", name: `load_${place}` } },
    inputs: [named(place), named(Math.floor(place / 50) * 50 + ((place * 7) % 50))],
    outputs: [named((place + 50) % (NODES / 2))],
  }));
  const body = JSON.stringify(events);
  const headers = { "content-type": "application/json" };
  const answer = await server.ask("/api/v1/lineage/batch", { method: "POST", body, headers });
  if (!answer.ok) throw new Error(`The events were answered ${answer.status}: ${await answer.text()}`);
}

async function drawn(shown: Console, limit: number) {
  const seconds: number[] = [];
  let frames: number[] = [];
  let nodes = 0;
  for (let load = 0; load < LOADS; load += 1) {
    const page = await shown.signIn("controller");
    const answered = page.waitForResponse((answer) => answer.url().includes("/lineage/graph"));
    await page.goto(`/lineage?group=none&limit=${limit}`, { waitUntil: "commit" });
    nodes = ((await (await answered).json()) as { nodes: unknown[] }).nodes.length;
    await page.waitForFunction(() => performance.getEntriesByName("lineage-drawn").length > 0, null, { polling: 16 });
    seconds.push(await page.evaluate(() => performance.getEntriesByName("lineage-drawn")[0]!.startTime / 1000));
    if (load === LOADS - 1) frames = await dragged(page);
    await page.context().close();
  }
  if (nodes < Math.min(limit, NODES)) throw new Error(`The page holds ${nodes} nodes, not ${limit}.`);
  return { seconds: quantile(seconds, 0.5), frame: quantile(frames, 0.95), nodes };
}

/** Milliseconds between frames while the picture is dragged across. */
async function dragged(page: Page): Promise<number[]> {
  const box = await page.getByRole("application").boundingBox();
  if (!box) throw new Error("There is no picture.");
  const watched = page.evaluate(
    (count) =>
      new Promise<number[]>((done) => {
        const gaps: number[] = [];
        let before = performance.now();
        const frame = (now: number) => {
          gaps.push(now - before);
          before = now;
          if (gaps.length < count) requestAnimationFrame(frame);
          else done(gaps.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    FRAMES,
  );
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  for (let at = 0; at < FRAMES; at += 1)
    await page.mouse.move(box.x + box.width / 2 + at * 4, box.y + box.height / 2 + at);
  await page.mouse.up();
  return watched;
}
