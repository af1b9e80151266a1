import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityBreaches, complaints, keepsPage, openConsole, picture, type Console } from "./harness.ts";

const RUN = "7d1f4e1c-52a8-4a53-9a52-6f1a30c0f0aa";
const EVENT = {
  eventType: "COMPLETE",
  eventTime: "2026-10-30T09:00:00.000Z",
  producer: "https://example.com/payroll",
  run: { runId: RUN },
  job: { namespace: "payroll://meridian", name: "Post October wages" },
};

describe("quarantine", () => {
  let shown: Console;
  let page: Page;
  let heard: string[];
  beforeAll(async () => {
    shown = await openConsole();
    page = await shown.signIn("engineer");
    heard = complaints(page);
    await page.goto("/quarantine");
    await page.getByRole("heading", { level: 1 }).waitFor();
  });
  afterAll(() => shown?.close());

  it("shows input that was refused as soon as it comes in", async () => {
    const stays = await keepsPage(page);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Nothing in quarantine");
    const refused = await send({ ...EVENT, eventTime: "yesterday, about nine" });
    expect(refused.status).toBe(422);
    await page.getByRole("row", { name: /eventTime/ }).waitFor();
    expect(await stays()).toBe(true);
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "quarantine");
  });

  it("lets an engineer correct it and send it in again", async () => {
    await page.getByRole("row", { name: /eventTime/ }).click();
    const text = page.getByLabel("Corrected text");
    await text.waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "quarantine-correct");
    await text.fill((await text.inputValue()).replace("yesterday, about nine", EVENT.eventTime));
    await page.getByLabel("What was corrected, and why").fill("The sender wrote the time in words.");
    await page.getByRole("button", { name: "Resubmit" }).click();
    await page.getByText("It became event").waitFor();

    const run = await shown.server.ask(`/api/v1/runs/${RUN}`);
    expect(await run.json()).toMatchObject({ run: { state: "COMPLETED", jobName: "Post October wages" } });
  });

  it("says why a correction is refused again, and keeps it", async () => {
    await send({ ...EVENT, job: { name: 7 }, eventTime: "2026-10-30T09:05:00.000Z", run: {} });
    await page
      .getByRole("link", { name: /Quarantine/ })
      .first()
      .click();
    await page.getByRole("row").nth(1).click();
    await page.getByLabel("What was corrected, and why").fill("Nothing yet.");
    await page.getByRole("button", { name: "Resubmit" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("Refused again");
  });

  it("lets a controller read and not act", async () => {
    const theirs = await shown.signIn("controller");
    await theirs.goto(page.url());
    await theirs.getByRole("heading", { level: 1 }).waitFor();
    expect(await theirs.getByRole("button", { name: "Resubmit" }).count()).toBe(0);
  });

  it("runs without an error on the page or the server", () => {
    expect(heard).toEqual([]);
  });

  function send(event: object): Promise<Response> {
    return shown.server.ask("/api/v1/lineage", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(event),
    });
  }
});
