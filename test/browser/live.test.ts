import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runClock } from "./demo-clock.ts";
import { complaints, keepsPage, openConsole, type Console } from "./harness.ts";

/** Two hours a second: the first milestones come within the fourth day. */
const SPEED = 7_200;

describe("the close, live", () => {
  let shown: Console;
  beforeAll(async () => {
    shown = await openConsole();
  });
  afterAll(() => shown?.close());

  it("changes under one's eyes while the close is played", async () => {
    const page = await shown.signIn("controller");
    const heard = complaints(page);
    const board = page.getByRole("table").first();
    await board.waitFor();
    const stays = await keepsPage(page);
    const before = await board.textContent();
    await runClock(shown.server, SPEED);
    await expect
      .poll(() => board.locator("tbody tr", { hasText: "done" }).count(), { timeout: 240_000 })
      .toBeGreaterThan(0);
    expect(await board.textContent()).not.toBe(before);
    expect(await stays()).toBe(true);
    expect(heard).toEqual([]);
  });
});
