import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityBreaches, complaints, fitsItsWidth, openConsole, picture, type Console } from "./harness.ts";

describe("signing in", () => {
  let shown: Console;
  beforeAll(async () => {
    shown = await openConsole();
  });
  afterAll(() => shown?.close());

  it("offers each role one click and lands the controller on the close", async () => {
    const page = await shown.stranger();
    const heard = complaints(page);
    await page.goto("/close/2026-10");
    await page.getByRole("button", { name: /^Controller/ }).waitFor();
    expect(await page.getByRole("main").getByRole("listitem").count()).toBe(7);
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "sign-in");

    await page.getByRole("button", { name: /^Controller/ }).click();
    await page.getByRole("table").first().waitFor();
    expect(new URL(page.url()).pathname).toBe("/close/2026-10");
    expect(await page.getByText("Maren Vogt").count()).toBeGreaterThan(0);
    expect(heard).toEqual([]);
  });

  it.each([
    ["controller", "/close"],
    ["engineer", "/flows"],
    ["platform", "/collectors"],
  ] as const)("lands the %s on %s", async (role, path) => {
    const page = await shown.signIn(role);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(new RegExp(`^${path}`));
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  it("says plainly that a password is wrong, and lets nobody in", async () => {
    const page = await shown.stranger();
    await page.goto("/");
    await page.getByText("Sign in with an account").click();
    await page.getByLabel("E-mail").fill("controller@meridian.example");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("do not belong together");
    expect((await page.request.get("/api/v1/close/2026-10")).status()).toBe(401);
  });

  it("fits a phone", async () => {
    const page = await shown.stranger({ width: 390 });
    await page.goto("/");
    await page.getByRole("button", { name: /^Controller/ }).waitFor();
    expect(await fitsItsWidth(page)).toBe(true);
    await picture(page, "sign-in-phone");
  });
});
