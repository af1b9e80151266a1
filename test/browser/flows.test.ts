import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runClock, stopClock } from "./demo-clock.ts";
import { accessibilityBreaches, complaints, keepsPage, openConsole, picture, type Console } from "./harness.ts";

/** Seconds a second: the demo's own, and one at which no scheduled batch overtakes the load to be run again. */
const USUAL = 1_440;
const SLOW = 120;
/** Enough for every collector to have read all there is, in milliseconds. */
const CATCH_UP = 6_000;

interface Request {
  id: string;
  state: string;
  runId: string | null;
  correlationId: string | null;
}

describe("flows, live", () => {
  let shown: Console;
  let page: Page;
  let heard: string[];
  beforeAll(async () => {
    shown = await openConsole();
    page = await shown.signIn("engineer");
    heard = complaints(page);
    await page.getByRole("table").first().waitFor();
  });
  afterAll(() => shown?.close());

  it("shows each load as a strip, and the strips move by themselves", async () => {
    const stays = await keepsPage(page);
    const strips = page.getByRole("table").first().locator("tbody");
    expect(await strips.locator("tr").count()).toBe(24);
    const before = await strips.textContent();
    await runClock(shown.server, USUAL);
    await expect.poll(() => strips.textContent(), { timeout: 120_000 }).not.toBe(before);
    expect(await stays()).toBe(true);
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "flows");
  });

  it("opens a run beside the list, down to the event as it came", async () => {
    await strip("FR01").click();
    await page
      .getByRole("link", { name: /^Open run/ })
      .first()
      .click();
    await page.getByText("Event as it came").first().click();
    expect(await page.locator("pre").filter({ hasText: '"eventTime"' }).count()).toBeGreaterThan(0);
    expect(new URL(page.url()).searchParams.get("run")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "flows-run");
    await page.keyboard.press("Escape");
  });

  it("runs a load again through Anaplan, once, and the new run comes back to its strip", async () => {
    const stays = await keepsPage(page);
    await stopClock(shown.server);
    await page.waitForTimeout(CATCH_UP);
    await runClock(shown.server, SLOW);
    await page.goBack();
    await strip("NL01").click();
    await page.getByRole("button", { name: /^Run again….*\bLoad\b/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("The first try met a lock.");
    await dialog.getByRole("button", { name: "Run again" }).dblclick();
    await dialog.getByRole("status").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();

    await expect
      .poll(async () => (await requests()).map(({ state }) => state), { timeout: 180_000 })
      .toEqual(["completed"]);
    const [request] = await requests();
    expect(request?.runId).toMatch(/^[0-9a-f-]{36}$/);
    expect(request?.correlationId).toMatch(/NL01/);
    const run = await shown.server.ask(`/api/v1/runs/${request?.runId}`);
    expect(await run.json()).toMatchObject({ run: { state: "COMPLETED", correlationId: request?.correlationId } });
    await page.getByText("The first try met a lock.").waitFor();
    expect(await stays()).toBe(true);
  });

  it("runs without an error on the page or the server", () => {
    expect(heard).toEqual([]);
  });

  function strip(entity: string) {
    return page.getByRole("table").first().locator("tbody tr", { hasText: entity }).first();
  }
  async function requests(): Promise<Request[]> {
    const answer = await shown.server.ask("/api/v1/requests");
    return ((await answer.json()) as { requests: Request[] }).requests;
  }
});
