import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runClock, stopClock } from "./demo-clock.ts";
import { accessibilityBreaches, complaints, fitsItsWidth, openConsole, picture, type Console } from "./harness.ts";

/** What an answer may take where several browsers share two cores, in milliseconds. */
const SLOW = 90_000;
/** Simulated seconds a second, at which vendors are followed closely. */
const SPEED = 240;

describe("alerts and requests, when DE01 does not tie", () => {
  let shown: Console;
  let controller: Page;
  let engineer: Page;
  let heard: string[][];
  beforeAll(async () => {
    shown = await openConsole("broken");
    controller = await shown.signIn("controller");
    engineer = await shown.signIn("engineer");
    for (const page of [controller, engineer]) page.setDefaultTimeout(SLOW);
    heard = [complaints(controller), complaints(engineer)];
  });
  afterAll(() => shown?.close());

  it("explains who would be told of what, by which route and in which words", async () => {
    await controller.goto("/alerts");
    const explorer = controller.getByRole("region", { name: "Who would be told" });
    await explorer.getByLabel("Kind").selectOption({ label: "Unmapped member" });
    await explorer.getByRole("combobox", { name: /^Entity/ }).selectOption("DE01");
    const analyst = explorer.getByRole("listitem").filter({ hasText: "Claire Lefèvre" });
    await analyst
      .getByText(/it is theirs to mend/)
      .first()
      .waitFor();
    await analyst.getByText("The message").click();
    expect(await analyst.locator("pre").textContent()).toContain("DE01");
    expect(await accessibilityBreaches(controller)).toEqual([]);
    await picture(controller, "alerts");
    expect(await readableOnAPhone(controller)).toEqual([]);
  });

  it("shows what a silence would hide before it is made, and ends it", async () => {
    await controller.goto("/alerts?view=silences");
    await controller.getByRole("button", { name: "Silence…" }).click();
    const dialog = controller.getByRole("alertdialog");
    await dialog.getByRole("combobox", { name: /^Entity/ }).selectOption("NL01");
    // How many depends on the minute the scene was stopped in.
    await dialog
      .getByRole("status")
      .getByText(/It would hide .*open incidents?/)
      .waitFor();
    await dialog.getByLabel("Reason").fill("The queue is being moved.");
    expect(await accessibilityBreaches(controller)).toEqual([]);
    await dialog.getByRole("button", { name: "Silence", exact: true }).click();
    const silence = controller.getByRole("listitem").filter({ hasText: "The queue is being moved." });
    await silence.getByText("in force").waitFor();
    await silence.getByRole("button", { name: "End now" }).click();
    await silence.getByText("ended by Maren Vogt").waitFor();
  });

  it("asks the browser before it notifies, and says so where that is not allowed", async () => {
    await controller.goto("/alerts?view=mine");
    const wanted = controller.getByRole("checkbox", { name: /Show a notification/ });
    await wanted.click();
    await controller.getByRole("alert").getByText("does not allow notifications").waitFor();
    await controller.context().grantPermissions(["notifications"], { origin: shown.server.url });
    await controller.reload();
    expect(await wanted.isChecked()).toBe(false);
    await wanted.click();
    await controller.getByRole("checkbox", { name: /Show a notification/, checked: true }).waitFor();
    await controller.reload();
    await controller.getByRole("checkbox", { name: /Show a notification/, checked: true }).waitFor();
    await controller.getByRole("button", { name: /^Inbox, \d+ not dealt with/ }).click();
    await controller
      .getByRole("link", { name: /Unmapped cost centre 7710/ })
      .first()
      .click();
    await controller.getByRole("list", { name: /Tie-out line of DE01/ }).waitFor();
  });

  it("lets a controller name who agrees while they are away, and take it back", async () => {
    await controller.goto("/jobs");
    const standIns = controller.getByRole("region", { name: "Stand-ins" });
    await standIns.getByRole("button", { name: "Name a stand-in" }).click();
    const dialog = controller.getByRole("alertdialog");
    await dialog.getByLabel("Who").selectOption({ label: "David Okafor, cfo" });
    await dialog.getByLabel("Reason").fill("Audit committee in London.");
    await dialog.getByRole("button", { name: "Name them" }).click();
    await standIns.getByText("Audit committee in London.").waitFor();
    expect(await readableOnAPhone(controller)).toEqual([]);
    await engineer.goto("/jobs");
    const seen = engineer.getByRole("region", { name: "Stand-ins" });
    await seen.getByText("David Okafor agrees in the place of Maren Vogt").waitFor();
    expect(await seen.getByRole("button").count()).toBe(0);
    await standIns.getByRole("button", { name: "Take back" }).click();
    await seen.getByText("Audit committee in London.").waitFor({ state: "detached" });
  });

  it("has what holds requests back on one page: schedules, systems, refused input", async () => {
    await shown.server.ask("/api/v1/lineage", { method: "POST", body: JSON.stringify({ eventTime: "yesterday" }) });
    await engineer.goto("/jobs");
    await engineer.getByRole("region", { name: "Schedules" }).getByText("Refresh the dashboard for the pack").waitFor();
    expect(await engineer.getByRole("region", { name: "Systems" }).getByRole("row").count()).toBe(5);
    await engineer
      .getByRole("region", { name: "Refused input" })
      .getByRole("row", { name: /yesterday/ })
      .click();
    await engineer.getByLabel("Corrected text").waitFor();
    expect(new URL(engineer.url()).pathname).toMatch(/^\/quarantine\//);
  });

  it("plans a replay, has another person agree, and sees it under way", async () => {
    await engineer.goto("/jobs?new=replay&flow=actuals-to-close&entity=DE02&period=2026-10");
    const dialog = engineer.getByRole("dialog");
    await dialog.getByLabel("Which loads").selectOption("all");
    await dialog.getByRole("button", { name: "Show what it would do" }).click();
    const plan = dialog.getByRole("region", { name: /what rests on them/ });
    for (const step of ["Extract DE02 2026-10", "Load DE02 2026-10", "Group close dashboard"]) {
      await plan.getByText(step, { exact: true }).waitFor();
    }
    await dialog.getByLabel("Reason").fill("The extract missed a posting key.");
    expect(await accessibilityBreaches(engineer)).toEqual([]);
    await picture(engineer, "jobs-plan");
    await dialog.getByRole("button", { name: "Ask for agreement" }).click();
    await engineer.getByText("You asked for this; somebody else has to agree.").waitFor();

    await controller.getByRole("button", { name: /^Inbox/ }).click();
    await controller.getByRole("link", { name: /To agree to: Run again what was loaded/ }).click();
    await controller.getByRole("button", { name: "Agree", exact: true }).click();
    await controller.getByRole("alertdialog").getByRole("button", { name: "Agree" }).click();
    await engineer.getByRole("region", { name: "Agreement" }).getByText("Maren Vogt").waitFor();

    await runClock(shown.server, SPEED);
    await engineer.getByRole("progressbar", { name: "Steps done" }).waitFor();
    await engineer.getByRole("link", { name: "Run", exact: true }).first().waitFor();
    await stopClock(shown.server);
    expect(await accessibilityBreaches(engineer)).toEqual([]);
    await picture(engineer, "jobs-under-way");
  });

  it("runs without an error on the page or the server", () => {
    expect(heard).toEqual([[], []]);
  });

  /** What keeps people from reading the page as it stands on a phone in the dark. */
  async function readableOnAPhone(page: Page): Promise<string[]> {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    const breaches = await accessibilityBreaches(page);
    if (!(await fitsItsWidth(page))) breaches.push("The page is wider than the window.");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
    return breaches;
  }
});
