import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityBreaches, complaints, fitsItsWidth, openConsole, picture, type Console } from "./harness.ts";

describe("who gets in", () => {
  let shown: Console;
  beforeAll(async () => {
    shown = await openConsole();
  });
  afterAll(() => shown?.close());

  it("makes a key for one system, shows it once, and revokes it", async () => {
    const page = await shown.signIn("platform", { theme: "dark" });
    const heard = complaints(page);
    await page.getByRole("link", { name: "Access", exact: true }).click();
    await page.getByRole("link", { name: "Keys", exact: true }).click();
    await page.getByRole("button", { name: "Make a key …" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("combobox", { name: /^For/ }).selectOption({ label: "SAP S/4HANA" });
    expect(await dialog.getByLabel("Namespaces, all if empty").inputValue()).toBe("s4://meridian-prd");
    expect(await accessibilityBreaches(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Make the key" }).click();
    await dialog.getByRole("group", { name: "Key" }).waitFor();
    const key = (await dialog.getByRole("group", { name: "Key" }).locator("code").textContent())!;
    expect(key).toMatch(/^tok_/);
    // Esc must not lose what is shown once.
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    const asKey = () =>
      fetch(`${shown.server.url}/api/v1/lineage`, { method: "POST", headers: { authorization: `Bearer ${key}` } });
    expect((await asKey()).status).toBe(400);

    await page.getByRole("link", { name: "SAP S/4HANA" }).press("Enter");
    await page.getByRole("complementary").getByRole("button", { name: "Revoke …" }).click();
    await dialog.getByRole("button", { name: "Revoke the key" }).click();
    await page.getByRole("complementary").getByText("revoked", { exact: true }).waitFor();
    expect((await asKey()).status).toBe(401);
    expect(await page.content()).not.toContain(key);
    await picture(page, "access-keys");
    expect(heard).toEqual([]);
  });

  it("limits an auditor to a period, who then sees that period's breaks counted and nobody to change", async () => {
    const page = await shown.signIn("platform");
    await page.goto("/access");
    await page.getByRole("link", { name: "Ingrid Solheim" }).click();
    await page.getByRole("button", { name: "Change role and scope …" }).click();
    const dialog = page.getByRole("alertdialog");
    const periods = dialog.getByRole("group", { name: "Periods" });
    await periods.getByLabel("Only some").check();
    expect(await dialog.getByRole("button", { name: "Change", exact: true }).isDisabled()).toBe(true);
    await periods.getByLabel("2026-10").check();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByRole("complementary").getByText("2026-10").waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "access-people");

    const limited = await shown.signIn("auditor", { theme: "dark" });
    const heard = complaints(limited);
    await limited.getByText("and no other period").waitFor();
    const cells = limited.getByRole("row", { name: /DE01/ }).getByRole("cell");
    await expect.poll(() => cells.nth(2).textContent(), { timeout: 60_000 }).toMatch(/^\s*\d+\s*$/);
    await limited.goto("/incidents");
    await limited.getByText("You see those of 2026-10 alone.").waitFor();
    await limited.goto("/access");
    await limited.getByRole("link", { name: "Tomasz Zieliński" }).click();
    await limited.getByRole("complementary").getByText("Platform owner may").waitFor();
    expect(await limited.getByRole("button", { name: /Invite|Change|Withdraw|End/ }).count()).toBe(0);
    expect(await accessibilityBreaches(limited)).toEqual([]);
    expect(heard).toEqual([]);
  });

  it("is nothing to a controller, and fits a phone", async () => {
    const controller = await shown.signIn("controller");
    await controller.getByRole("link", { name: "Incidents" }).first().waitFor();
    expect(await controller.getByRole("link", { name: "Access", exact: true }).count()).toBe(0);
    const page = await shown.signIn("platform", { width: 390 });
    for (const view of ["", "?view=keys", "?view=taken"]) {
      await page.goto(`/access${view}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await fitsItsWidth(page), view).toBe(true);
    }
    expect(await accessibilityBreaches(page)).toEqual([]);
  });
});
