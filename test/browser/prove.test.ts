import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityBreaches, complaints, fitsItsWidth, openConsole, picture, type Console } from "./harness.ts";

/** What an answer may take where several browsers share two cores, in milliseconds. */
const SLOW = 90_000;

describe("an auditor, when DE01 does not tie", () => {
  let shown: Console;
  let page: Page;
  let heard: string[];
  const folder = mkdtempSync(join(tmpdir(), "tieout-pack-"));
  beforeAll(async () => {
    shown = await openConsole("broken");
    page = await shown.signIn("auditor");
    page.setDefaultTimeout(SLOW);
    heard = complaints(page);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await shown?.close();
  });
  const heading = (text: string | RegExp) => page.getByRole("heading", { level: 1, name: text });
  const asked = (name: string) => new URL(page.url()).searchParams.get(name);

  it("finds a dataset in the lineage, what rests on it, and follows the break", async () => {
    await page.goto("/lineage");
    await heading(/Actuals does not tie for DE01/).waitFor();
    const find = page.getByRole("combobox", { name: "Find a dataset, job or report" });
    await find.fill("Finance.DAT01");
    await page.getByRole("option", { name: /Actuals/ }).waitFor();
    await find.press("Enter");
    await page.getByRole("region", { name: "If it fails" }).getByText("Group close dashboard").waitFor();
    expect(asked("focus")).toBe("dataset:anaplan://meridian:Finance.DAT01 Actuals");
    await page.getByRole("checkbox", { name: "Follow the break" }).check();
    expect(asked("follow")).toBe("break");
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "lineage");
    await page.reload();
    await page.getByRole("checkbox", { name: "Follow the break", checked: true }).waitFor();
  });

  it("goes back in time, and sees what came since", async () => {
    await page.goto("/lineage");
    const time = page.getByRole("group", { name: "Time" });
    await time.getByRole("slider").press("Home");
    await time.getByText("As it was on").waitFor();
    expect(asked("at")).toMatch(/^2026-0[78]/);
    await time.getByRole("button", { name: "Back to now" }).click();
    await time.getByLabel("What changed since").fill("2026-08-01");
    await time.getByRole("status").waitFor();
    expect(await time.getByRole("status").textContent()).toMatch(/\d+ new, − 0 gone/);
    expect(asked("since")).toContain("2026-08-01");
  });

  it("reads the same as a table, with the keyboard alone", async () => {
    await page.goto("/lineage");
    await page.getByRole("combobox", { name: "Shown as" }).selectOption("table");
    const rows = page.getByRole("treegrid").getByRole("row");
    await rows.nth(1).waitFor();
    const unfolded = await rows.count();
    await rows.nth(1).focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => rows.count(), { timeout: SLOW }).toBeLessThan(unfolded);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => rows.count(), { timeout: SLOW }).toBe(unfolded);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 2, name: "FI_GL_ACTUALS_EXTRACT DE01" }).waitFor();
    expect(asked("node")).toBe("job:s4://meridian-prd:FI_GL_ACTUALS_EXTRACT DE01");
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  it("traces a batch through every system, by a link that shows others the same", async () => {
    const batch = /GLA-2026-10-DE01-\d+/.exec(await detailOf("Unmapped cost centre 7710"))![0];
    await page.goto("/trace");
    await page.getByRole("searchbox", { name: "Anything a system calls it" }).fill(batch);
    await page.keyboard.press("Enter");
    await heading(new RegExp(`${batch} .*22,231\\.55 EUR short from Anaplan on`)).waitFor();
    const story = page.getByRole("region", { name: "What happened" });
    for (const said of [/[\d,]+ rows/, /completed in part, [\d,]+ rows/]) {
      await story.getByText(said).first().waitFor();
    }
    await page.getByRole("region", { name: "How the runs are tied together" }).getByText("certain").first().waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "trace");

    const other = await shown.signIn("controller", { width: 390, theme: "dark" });
    await other.goto(page.url());
    await other.getByRole("heading", { level: 1, name: new RegExp(batch) }).waitFor({ timeout: SLOW });
    expect(await accessibilityBreaches(other)).toEqual([]);
    expect(await fitsItsWidth(other)).toBe(true);
    await other.context().close();
  });

  it("builds a pack, takes it away and verifies it with what came in it", async () => {
    await page.goto("/evidence/2026-10?view=packs&entity=DE01");
    await page.getByRole("button", { name: /^Build pack of [1-9]/ }).waitFor();
    await page.getByLabel("Reason, kept in the audit log").fill("Year-end audit, request 14");
    await page.getByRole("button", { name: /^Build pack of/ }).click();
    const packs = page.getByRole("region", { name: "Packs" });
    await packs.getByText("Year-end audit, request 14").waitFor();
    const [taken] = await Promise.all([
      page.waitForEvent("download", { timeout: SLOW }),
      packs.getByRole("link", { name: /^Download/ }).click(),
    ]);
    expect(await accessibilityBreaches(page)).toEqual([]);
    unpack(readFileSync(await taken.path()));
    expect(verify()).toMatchObject({ code: 0, said: expect.stringContaining("Valid") as string });
    appendFileSync(join(folder, "manifest.json"), " ");
    expect(verify().code).toBe(1);
  });

  it("finds in the log who took it, with the proof that it stands there", async () => {
    await page.goto("/evidence/2026-10?view=log");
    const log = page.getByRole("region", { name: "The log" });
    await log.getByRole("combobox", { name: "What" }).selectOption("evidence.");
    await log.getByRole("row", { name: /invited/ }).waitFor({ state: "detached" });
    await log
      .getByRole("row", { name: /Ingrid Solheim downloaded evidence/ })
      .getByRole("link")
      .click();
    await page.getByText(/Stands in the log of/).waitFor();
    expect(asked("action")).toBe("evidence.");
    expect(await accessibilityBreaches(page)).toEqual([]);
    await picture(page, "evidence-log");
  });

  it("runs without an error on the page or the server", () => {
    expect(heard).toEqual([]);
  });

  async function detailOf(title: string): Promise<string> {
    const answer = await shown.server.ask("/api/v1/incidents");
    const { incidents } = (await answer.json()) as { incidents: { id: string; title: string }[] };
    const found = incidents.find((incident) => incident.title === title);
    return (await shown.server.ask(`/api/v1/incidents/${found?.id}`)).text();
  }
  function unpack(archive: Uint8Array): void {
    for (const [path, bytes] of Object.entries(unzipSync(archive))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
  }
  function verify(): { code: number | null; said: string } {
    const ran = spawnSync(process.execPath, [join(folder, "verify-evidence.mjs"), folder], { encoding: "utf8" });
    return { code: ran.status, said: ran.stdout + ran.stderr };
  }
});
