import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { gzipSync } from "node:zlib";
import { openConsole, signInAs, type Console } from "../browser/harness.ts";
import { atMost, defineBench, quantile } from "./bench.ts";

const BUILT = resolve(import.meta.dirname, "../../dist/ui");
const LOADS = 7;

export const consoleLoad = defineBench({
  name: "console-load",
  title: "script a first visit to the close board loads, compressed",
  unit: "KB",
  goal: atMost(250),
  reference: "every script of the console together",
  also: {
    interactive: {
      title: "from the server's first byte until the board can be used, nothing cached",
      unit: "s",
      goal: atMost(2),
      reference: "the same browser showing a page of one line",
    },
  },
  async run() {
    const shown = await openConsole();
    try {
      const loads: Load[] = [];
      for (let count = 0; count < LOADS; count += 1) loads.push(await load(shown));
      return {
        value:
          quantile(
            loads.map(({ scriptBytes }) => scriptBytes),
            0.5,
          ) / 1000,
        reference: everyScript() / 1000,
        also: {
          interactive: {
            value: quantile(
              loads.map(({ seconds }) => seconds),
              0.5,
            ),
            reference: quantile(await bareLoads(shown), 0.5),
          },
        },
      };
    } finally {
      await shown.close();
    }
  },
});

interface Load {
  scriptBytes: number;
  seconds: number;
}

/** One first visit: a new window, so that nothing is cached; signed in, because the board is the heaviest way in. */
async function load(shown: Console): Promise<Load> {
  const page = await shown.stranger();
  await signInAs(page.context(), shown.server, "controller");
  const scripts: Promise<Buffer>[] = [];
  page.on("response", (answer) => {
    if (answer.request().resourceType() === "script") scripts.push(answer.body());
  });
  await page.goto("/", { waitUntil: "commit" });
  await page.getByRole("table").or(page.getByRole("grid")).first().waitFor();
  const seconds = await sinceFirstByte(page);
  const bodies = await Promise.all(scripts);
  await page.context().close();
  return { scriptBytes: bodies.reduce((total, body) => total + gzipSync(body).length, 0), seconds };
}

/** Seconds from the first byte of the page until the browser has time for input again. */
function sinceFirstByte(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        requestIdleCallback(() => {
          const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
          done((performance.now() - (navigation?.responseStart ?? 0)) / 1000);
        });
      }),
  );
}

async function bareLoads(shown: Console): Promise<number[]> {
  const seconds: number[] = [];
  for (let count = 0; count < LOADS; count += 1) {
    const page = await shown.stranger();
    await page.goto("/healthz", { waitUntil: "commit" });
    seconds.push(await sinceFirstByte(page));
    await page.context().close();
  }
  return seconds;
}

function everyScript(): number {
  return readdirSync(BUILT, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .reduce((total, name) => total + gzipSync(readFileSync(resolve(BUILT, name))).length, 0);
}
