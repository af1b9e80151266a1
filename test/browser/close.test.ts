import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityBreaches, complaints, fitsItsWidth, openConsole, picture, type Console } from "./harness.ts";

describe("the close, when DE01 does not tie", () => {
  let shown: Console;
  let page: Page;
  let heard: string[];
  beforeAll(async () => {
    shown = await openConsole("broken");
    page = await shown.signIn("controller");
    heard = complaints(page);
    await page.getByRole("table").first().waitFor();
  });
  afterAll(() => shown?.close());

  it("opens with a sentence and every entity against every milestone", async () => {
    const board = page.getByRole("table").first();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(/entit/);
    expect(await board.locator("tbody tr").count()).toBe(12);
    expect(await board.locator("tbody tr").first().locator("td").count()).toBe(10);
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  it("shows at which hop 22,231.55 EUR of DE01 are missing", async () => {
    await page.getByRole("table").first().locator("tbody tr", { hasText: "DE01" }).click();
    const line = page.getByRole("list", { name: /Tie-out line of DE01/ }).first();
    await line
      .getByText(/22,231\.55/)
      .first()
      .waitFor();
    const broken = line.getByRole("listitem").filter({ hasText: /[−-]\s*22,231\.55/ });
    expect(await broken.count()).toBe(1);
    expect(await broken.textContent()).toContain("Anaplan");
    expect(new URL(page.url()).searchParams.get("entity")).toBe("DE01");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).not.toMatch(/^All twelve/);
  });

  it("tells what holds the close, whom it concerns and the next act", async () => {
    const hold = page.getByRole("region", { name: /holds/ }).getByRole("listitem").filter({ hasText: "7710" });
    await hold.first().waitFor();
    expect(await hold.first().textContent()).toMatch(/DE01/);
    expect(await hold.first().getByRole("button").or(hold.first().getByRole("link")).count()).toBeGreaterThan(0);
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)("can be read by everybody, %s at %i pixels", async (theme, width) => {
    const other = await shown.signIn("controller", { theme, width });
    await other.goto("/close/2026-10?entity=DE01");
    await other
      .getByText(/22,231\.55/)
      .first()
      .waitFor();
    expect(await accessibilityBreaches(other)).toEqual([]);
    expect(await fitsItsWidth(other)).toBe(true);
    await picture(other, `close-${theme}-${width}`);
    await other.context().close();
  });

  it("gives an entity a page with every gate, what speaks for it and who acts next", async () => {
    await page.goto("/close/2026-10/DE01");
    const gates = page.getByRole("region", { name: "Gates" });
    await gates.getByRole("rowheader", { name: "Ties out", exact: true }).waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(/^DE01 /);
    expect(await gates.getByRole("row").count()).toBeGreaterThan(7);
    await page.getByRole("img", { name: /Ledger extracted: done/ }).waitFor();
  });

  it("has its cause taken on by whoever owns it, from the keyboard, and the runbook ticked off", async () => {
    const theirs = await shown.signIn("analyst");
    const alone = complaints(theirs);
    await theirs.goto("/incidents");
    const row = theirs.getByRole("button", { name: /Unmapped cost centre 7710/ });
    await row.waitFor();
    expect(await theirs.getByRole("heading", { level: 1 }).textContent()).toMatch(/needs? you/);
    await row.focus();
    await theirs.keyboard.press("a");
    await theirs.getByRole("button", { name: "Undo" }).click();
    await theirs.getByRole("button", { name: /Unmapped cost centre 7710.*open/ }).waitFor();
    await row.focus();
    await theirs.keyboard.press("a");
    await theirs.getByRole("button", { name: /Unmapped cost centre 7710.*taken on/ }).click();
    await theirs.getByRole("list", { name: /Tie-out line of DE01/ }).waitFor();
    expect(await theirs.getByRole("region", { name: "Impact" }).textContent()).toContain("Group close dashboard");
    await theirs.getByRole("checkbox", { name: "Step 1 is done" }).check();
    await theirs
      .getByRole("region", { name: "What happened" })
      .getByText(/Step 1 done/)
      .waitFor();
    expect(await accessibilityBreaches(theirs)).toEqual([]);
    await picture(theirs, "incident");
    expect(alone).toEqual([]);
    await theirs.context().close();
  });

  it("has a break explained by one person and approved by another, from the keyboard", async () => {
    const theirs = await shown.signIn("accountant");
    await theirs.goto("/reconcile/2026-10");
    const row = theirs.getByRole("region", { name: "Breaks" }).getByRole("row", { name: /22,231\.55/ });
    await row.waitFor();
    await row.focus();
    await theirs.keyboard.press("e");
    const dialog = theirs.getByRole("alertdialog");
    await dialog.getByLabel("Explanation").fill("Cost centre 7710 is new and gets mapped tomorrow.");
    await dialog.getByRole("button", { name: "Explain" }).click();
    await theirs.getByRole("row", { name: /22,231\.55.*to be reviewed/ }).waitFor();
    await row.focus();
    await theirs.keyboard.press("r");
    await dialog.getByLabel("What you say to it").fill("Mine, and fine.");
    await dialog.getByRole("button", { name: "Approve" }).click();
    await dialog.getByRole("alert").waitFor();
    await theirs.context().close();

    await page.goto("/reconcile/2026-10");
    await page.getByRole("row", { name: /22,231\.55.*to be reviewed/ }).click();
    await page.getByText("Cost centre 7710 is new and gets mapped tomorrow.").first().waitFor();
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("alertdialog").getByLabel("What you say to it").fill("Seen in the model.");
    await page.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("button", { name: "Settle…" }).waitFor();
    expect(await page.getByRole("region", { name: "Breaks" }).textContent()).not.toContain("to be reviewed");
  });

  it("prints for a call without menus and buttons", async () => {
    await page.goto("/close/2026-10");
    await page.getByRole("table").first().waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("navigation", { name: "Main" }).isVisible()).toBe(false);
    expect(await page.getByText(/^\s*Close of October 2026, as of/).isVisible()).toBe(true);
    expect((await page.pdf({ format: "A4", landscape: true })).subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: null });
  });

  it.each([
    ["/close/2026-10/DE01", "Gates", "light", 390],
    ["/reconcile/2026-10?rule=actuals-tie-out&entity=DE01", "Rules by entity", "dark", 1280],
    ["/reconcile/2026-10", "Breaks", "light", 390],
    ["/incidents?show=open", "Inbox", "dark", 390],
    ["/dashboards/2026-10/integration-health", "Runs that failed", "dark", 390],
    ["/calendar/2026-10?entity=US02", "Instants", "light", 390],
  ] as const)("%s can be read by everybody", async (address, region, theme, width) => {
    const other = await shown.signIn("controller", { theme, width });
    const alone = complaints(other);
    await other.goto(address);
    await other.getByRole("region", { name: region, exact: true }).waitFor();
    expect(await accessibilityBreaches(other)).toEqual([]);
    expect(await fitsItsWidth(other)).toBe(true);
    await picture(other, `${address.replaceAll(/[^a-z0-9]+/gi, "-").slice(1)}-${theme}-${width}`);
    expect(alone).toEqual([]);
    await other.context().close();
  });

  it("shows an accountant no entity but their own", async () => {
    const theirs = await shown.signIn("accountant");
    await theirs.getByRole("table").first().waitFor();
    const names = await theirs.getByRole("table").first().locator("tbody th").allTextContents();
    expect(names.map((name) => name.slice(0, 4).trim())).toEqual(expect.arrayContaining(["DE01", "DE02"]));
    expect(names).toHaveLength(2);
  });

  it("runs without an error on the page or the server", () => {
    expect(heard).toEqual([]);
  });
});
